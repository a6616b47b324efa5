import type { DeathCause, Emit } from '../base/events.js';
import {
  type Loaded,
  type Loading,
  type Outdated,
  scriptKey,
  type Tried,
} from '../protocol/control.js';
import type { Daemon, DaemonNews } from './daemon.js';
import type { ProcessFiles } from './socket-folder.js';

/** What the processes of a slot have in common. */
export interface IncarnationWorld {
  readonly processGroup: string;
  readonly applicationGroup: string;
  /** Seconds. */
  readonly timeouts: { readonly graceful: number; readonly shutdown: number };
  readonly emit: Emit;
  /** Milliseconds, of a clock that nobody can set. */
  readonly now: () => number;
  /** A number that no other process of this server has. */
  readonly newId: () => number;
  readonly createFiles: (id: number) => ProcessFiles;
  readonly start: (
    files: ProcessFiles,
    tell: (news: DaemonNews) => void,
    imports: Imports,
  ) => Daemon;
}

/** What a new process is told of scripts. */
export interface Imports {
  /** What the process has imported whose place it takes. */
  readonly loaded: readonly Loaded[];
  /** What could not be imported, and need not be tried again. */
  readonly failed: readonly Tried[];
  /** It is only to take the place if it can import this. */
  readonly trial?: Outdated;
}

/** More scripts than this are not remembered: what a process says is not believed without limit. */
const mostLoaded = 1000;
/** Milliseconds that a process has to end after it has said that it cannot take the place. */
const lastWords = 1000;

/** One process of a slot, from its start to its end. */
export class Incarnation {
  readonly id: number;
  readonly startedAt: number;
  readonly files: ProcessFiles;
  readonly daemon: Daemon;
  readonly trial: Outdated | undefined;
  /** The scripts that it has imported, and what stands for their files. */
  readonly loaded: Loading[] = [];
  /** Those that it is executing. */
  loading: Loading[] = [];
  /** Keys of scripts that other processes have, and this one could not import. */
  lacks: string[] = [];
  announced = false;
  /** Whether its end is wanted: then it is no failure. */
  expected = false;
  /** Why we killed it. */
  killed: DeathCause | undefined;
  readonly #world: IncarnationWorld;
  #limit: NodeJS.Timeout | undefined;

  /** @throws Error where its files cannot be made. */
  constructor(
    world: IncarnationWorld,
    imports: Imports,
    hear: (one: Incarnation, news: DaemonNews) => void,
  ) {
    this.#world = world;
    this.id = world.newId();
    this.startedAt = world.now();
    this.trial = imports.trial;
    this.files = world.createFiles(this.id);
    try {
      this.daemon = world.start(this.files, (news) => hear(this, news), imports);
    } catch (error) {
      this.files.closeFds();
      this.files.remove();
      throw error;
    }
    this.files.closeFds();
  }

  get pid(): number {
    return this.daemon.pid;
  }

  addLoading(script: Loading): void {
    if (this.loading.length < mostLoaded) this.loading.push(script);
  }

  /** @returns what stands for its file. */
  addLoaded(script: Loaded): string {
    const stamp = this.loading.find((other) => isSame(other, script))?.stamp ?? '';
    if (this.loaded.length < mostLoaded && this.stampOf(script) === undefined)
      this.loaded.push({ ...script, stamp });
    this.endLoading(script);
    return stamp;
  }

  addLacking({ script, application_group }: Loaded): void {
    if (this.lacks.length < mostLoaded) this.lacks.push(scriptKey(script, application_group));
  }

  endLoading(script: Loaded): void {
    this.loading = this.loading.filter((other) => !isSame(other, script));
  }

  /** Of the file that it has imported; undefined where it has not. */
  stampOf(script: Loaded): string | undefined {
    return this.loaded.find((other) => isSame(other, script))?.stamp;
  }

  /** Another one has taken its place, or it is no use any more: it finishes what it has begun. */
  dismiss(how?: { readonly stacks: boolean }): void {
    this.daemon.stop(this.#world.timeouts.graceful, how);
    this.limitEnd();
  }

  /** It has said that it leaves. */
  limitEnd(): void {
    const { graceful, shutdown } = this.#world.timeouts;
    this.expected = true;
    clearTimeout(this.#limit);
    this.#limit = setTimeout(
      () => {
        const { processGroup, applicationGroup, emit } = this.#world;
        const who = { processGroup, applicationGroup, pid: this.pid };
        this.killed = 'shutdown-timeout';
        emit({ type: 'daemon-stop-timeout', ...who, seconds: shutdown });
        this.daemon.kill();
      },
      (graceful + shutdown) * 1000,
    );
  }

  /** It never served, and has told why it will not. */
  giveUp(): void {
    this.expected = true;
    clearTimeout(this.#limit);
    this.#limit = setTimeout(() => this.daemon.kill(), lastWords);
  }

  kill(): void {
    this.expected = true;
    this.daemon.kill();
  }

  ended(): void {
    clearTimeout(this.#limit);
    this.files.remove();
  }
}

function isSame(one: Loaded, other: Loaded): boolean {
  return one.script === other.script && one.application_group === other.application_group;
}
