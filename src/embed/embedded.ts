import net from 'node:net';
import { Control, encodeControl, type Interpret } from '../protocol/control.js';
import { type ControlNews, controlNews } from '../protocol/control-news.js';
import { type Dialect, decodeMarshal } from '../protocol/marshal.js';
import { FrameReader } from '../protocol/reader.js';
import { loadForeignFunctions } from './foreign.js';
import { startInterpreter } from './interpreter.js';
import { socketPair } from './socket-pair.js';

export interface EmbeddedOptions {
  /** Path of libpython. */
  readonly library: string;
  /** Path of `bin/python` of the environment. */
  readonly program: string;
  /** The folder that has the package `venvhost_runtime` in it. */
  readonly runtimeFolder: string;
  readonly boot: Buffer;
  readonly dialect: Dialect;
  readonly tell: (news: ControlNews) => void;
  /** Python ended without being asked to. */
  readonly ended: () => void;
}

/** The Python runtime in this process. */
export interface Embedded {
  /** Lets it finish within `graceful` seconds and run its exit functions; resolves when nothing of it runs. */
  stop(graceful: number): Promise<void>;
}

/**
 * Loads libpython into this process and starts the runtime in it, on threads of its own. From then on it listens
 * and speaks as a daemon does, with this process in the place of the supervisor.
 * Blocks the event loop while Python initialises, some ten milliseconds. Once in a process.
 *
 * @throws Error when koffi or libpython cannot be loaded
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const foreign = await loadForeignFunctions();
  const [ours, theirs] = socketPair(foreign);
  const interpreter = startInterpreter(foreign, options.library, options.program);
  const started = interpreter.run(bootstrap(options.runtimeFolder, `start(${theirs})`));
  const subInterpreters = interpreter.release();
  if (!started) throw new Error('the Python part of embedded mode cannot be started');
  const control = new net.Socket({ fd: ours, readable: true, writable: true });
  control.write(options.boot);
  let stopping = false;
  const hear = (type: number, payload: Buffer) => {
    if (type === Control.Interpret) {
      const { fd } = decodeMarshal(payload) as Interpret;
      const code = bootstrap(options.runtimeFolder, `start_interpreter(${fd})`);
      // Requests wait for it already: they would wait for ever.
      if (!subInterpreters.add(code)) options.ended();
      return;
    }
    const news = controlNews(type, payload);
    if (news) options.tell(news);
  };
  const end = whenEnded(control, hear, () => {
    if (!stopping) options.ended();
  });
  return {
    stop(graceful) {
      if (!stopping)
        control.write(encodeControl(Control.Stop, { graceful, stacks: false }, options.dialect));
      stopping = true;
      return end;
    },
  };
}

/** Nothing of ours may stay in `__main__` or `sys.path`. A JSON text is a string literal of Python too. */
function bootstrap(runtimeFolder: string, call: string): string {
  return [
    'import sys',
    `sys.path.insert(0, ${JSON.stringify(runtimeFolder)})`,
    'from venvhost_runtime import embedded',
    'del sys.path[0]',
    `embedded.${call}`,
  ].join('\n');
}

function whenEnded(
  control: net.Socket,
  hear: (type: number, payload: Buffer) => void,
  ended: () => void,
): Promise<void> {
  const reader = new FrameReader((type, _stream, payload) => hear(type, payload));
  control.on('data', (chunk: Buffer) => reader.push(chunk));
  control.on('error', () => {});
  return new Promise((resolve) => {
    control.on('close', () => {
      ended();
      resolve();
    });
  });
}
