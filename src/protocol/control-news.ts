import {
  type BootFailed,
  Control,
  type ImportFailed,
  type Leaving,
  type Loaded,
  type Loading,
  type Log,
  leavingReasons,
  type Message,
  type Outdated,
  outdatedReasons,
  type Ready,
} from './control.js';
import { decodeMarshal, type MarshalValue } from './marshal.js';

/** What a runtime tells on its control connection. */
export type ControlNews =
  | { readonly type: 'ready'; readonly ready: Ready }
  | { readonly type: 'leaving'; readonly leaving: Leaving }
  | { readonly type: 'loaded'; readonly loaded: Loaded }
  | { readonly type: 'outdated'; readonly outdated: Outdated }
  | { readonly type: 'loading'; readonly loading: Loading }
  | { readonly type: 'import-failed'; readonly failed: ImportFailed }
  | { readonly type: 'boot-failed'; readonly failed: BootFailed }
  | { readonly type: 'log'; readonly log: Log }
  | { readonly type: 'message'; readonly message: Message };

/** A control frame with more than this is no news: log text comes in smaller pieces. */
export const longestNews = 1024 * 1024;
/** What is remembered for long may not be so long. */
const longestText = 32 * 1024;
const shortText = 200;

/**
 * A frame of the control connection; undefined where its type is not known here. Code of the application runs in
 * the same process and may write to the connection too, so nothing is believed.
 *
 * @throws RangeError for a payload that is not what its type says.
 */
export function controlNews(type: number, payload: Buffer): ControlNews | undefined {
  const read = fieldsOf(payload);
  switch (type) {
    case Control.Ready:
      return {
        type: 'ready',
        ready: {
          pid: read.number('pid'),
          version: read.text('version'),
          prefix: read.text('prefix'),
          executable: read.text('executable'),
        },
      };
    case Control.Leaving:
      return {
        type: 'leaving',
        leaving: { reason: read.oneOf('reason', leavingReasons), script: read.maybe('script') },
      };
    case Control.Loaded:
      return { type: 'loaded', loaded: which(read) };
    case Control.Outdated:
      return {
        type: 'outdated',
        outdated: {
          ...which(read),
          why: read.oneOf('why', outdatedReasons),
          stamp: read.text('stamp', shortText),
          invented: read.flag('invented'),
        },
      };
    case Control.Loading:
      return { type: 'loading', loading: { ...which(read), stamp: read.text('stamp', shortText) } };
    case Control.ImportFailed:
      return {
        type: 'import-failed',
        failed: {
          ...which(read),
          kind: read.text('kind', shortText),
          reason: read.text('reason', longestText),
          files: read.text('files', longestText),
          lasting: read.flag('lasting'),
        },
      };
    case Control.BootFailed:
      return { type: 'boot-failed', failed: { text: read.text('text') } };
    case Control.Log:
      return {
        type: 'log',
        log: {
          stream: read.oneOf('stream', ['stdout', 'stderr', 'errors']),
          request: read.maybe('request'),
          text: read.text('text'),
        },
      };
    case Control.Message:
      return {
        type: 'message',
        message: {
          level: read.oneOf('level', ['info', 'warn', 'error']),
          request: read.maybe('request'),
          text: read.text('text'),
          missing: read.maybe('missing'),
          script: read.maybe('script'),
        },
      };
    default:
      return undefined;
  }
}

function which(read: Fields): Loaded {
  return {
    script: read.text('script', longestText),
    application_group: read.text('application_group', longestText),
  };
}

type Fields = ReturnType<typeof fieldsOf>;

function fieldsOf(payload: Buffer) {
  if (payload.length > longestNews)
    throw new RangeError(`a control frame of ${payload.length} bytes`);
  const values = decodeMarshal(payload);
  const field = (key: string): MarshalValue => {
    const found = Object.entries(values ?? {}).find(([name]) => name === key);
    return found === undefined ? null : (found[1] as MarshalValue);
  };
  const text = (key: string, longest = longestNews): string => {
    const value = field(key);
    if (typeof value !== 'string') throw new RangeError(`a control frame whose ${key} is no text`);
    if (value.length > longest) throw new RangeError(`a control frame whose ${key} is too long`);
    return value;
  };
  return {
    text,
    flag(key: string): boolean {
      const value = field(key);
      if (typeof value !== 'boolean')
        throw new RangeError(`a control frame whose ${key} is no truth value`);
      return value;
    },
    maybe: (key: string) => (field(key) === null ? null : text(key)),
    number(key: string): number {
      const value = field(key);
      if (typeof value !== 'number')
        throw new RangeError(`a control frame whose ${key} is no number`);
      return value;
    },
    oneOf<T extends string>(key: string, known: readonly T[]): T {
      const value = known.find((one) => one === field(key));
      if (value === undefined) throw new RangeError(`a control frame with an unknown ${key}`);
      return value;
    },
  };
}
