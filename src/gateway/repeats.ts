import type { Emit, Event, EventOf } from '../base/events.js';

/** Events that clients can cause at any rate. */
const frequentTypes = [
  'request-rejected',
  'request-denied',
  'request-failed',
  'response-cut',
  'response-truncated-to-length',
] as const;
type Frequent = EventOf<(typeof frequentTypes)[number]>;
const frequent = new Set<Event['type']>(frequentTypes);

export interface LimitedEmit {
  readonly emit: Emit;
  /** Once a second: tells how many were left out. */
  tick(): void;
}

/** Events of one kind that are told each second. */
const most = 5;
/** Kinds that are counted apart; a client that makes up reasons shares the count of the type. */
const mostKinds = 200;

interface Kind {
  readonly first: Frequent;
  told: number;
  left: number;
}

/** A flood of equal failures is told by its first few and a number, so that the log can still be read. */
export function limitRepeats(emit: Emit): LimitedEmit {
  const kinds = new Map<string, Kind>();

  function kindOf(event: Frequent): Kind {
    const full = keyOf(event);
    const key = kinds.size < mostKinds || kinds.has(full) ? full : event.type;
    let kind = kinds.get(key);
    if (!kind) {
      kind = { first: event, told: 0, left: 0 };
      kinds.set(key, kind);
    }
    return kind;
  }

  return {
    emit(event) {
      if (!isFrequent(event)) {
        emit(event);
        return;
      }
      const kind = kindOf(event);
      if (kind.told < most) {
        kind.told++;
        emit(event);
      } else kind.left++;
    },
    tick() {
      for (const { first, left } of kinds.values()) if (left > 0) emit(repeated(first, left));
      kinds.clear();
    },
  };
}

function isFrequent(event: Event): event is Frequent {
  return frequent.has(event.type);
}

function keyOf(event: Frequent): string {
  const group = 'processGroup' in event ? event.processGroup : undefined;
  return JSON.stringify([event.type, event.host, group, reasonOf(event)]);
}

function reasonOf(event: Frequent): string {
  switch (event.type) {
    case 'request-denied':
      return `access to ${JSON.stringify(event.path)} is denied`;
    case 'response-truncated-to-length':
      return 'more bytes than Content-Length';
    default:
      return event.reason;
  }
}

function repeated(first: Frequent, count: number): Event {
  const group = 'processGroup' in first ? first.processGroup : undefined;
  return {
    type: 'events-repeated',
    event: first.type,
    host: first.host,
    ...(group !== undefined && { processGroup: group }),
    reason: reasonOf(first),
    count,
  };
}
