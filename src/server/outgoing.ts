import type { Emit, Event } from '../base/events.js';
import type { FromGateway } from './link.js';

/** What a gateway has to say to the supervisor. */
export interface Outgoing {
  readonly tell: (message: FromGateway) => void;
  readonly emit: Emit;
}

/** Messages that may wait for the supervisor, and bytes of theirs. */
const mostMessages = 10_000;
const mostBytes = 16 * 1024 * 1024;
/** What is said again as long as it holds. */
const repeated: readonly FromGateway['type'][] = ['want', 'unreachable'];
/** About so many bytes has a message without its text. */
const fewBytes = 500;

/**
 * A flood of bad requests, or a supervisor that stands still, must not fill the memory of the gateway with news about
 * them. Events are dropped and counted then, and wishes, which are repeated anyway.
 */
export function createOutgoing(send: (message: FromGateway, sent: () => void) => void): Outgoing {
  let waiting = 0;
  let bytes = 0;
  let dropped = 0;

  const full = () => waiting >= mostMessages || bytes >= mostBytes;

  function put(message: FromGateway, weight: number): void {
    waiting++;
    bytes += weight;
    send(message, () => {
      waiting--;
      bytes -= weight;
      if (waiting > 0 || dropped === 0) return;
      const count = dropped;
      dropped = 0;
      emit({ type: 'events-dropped', count });
    });
  }

  function emit(event: Event): void {
    if (full()) dropped++;
    else put({ type: 'event', event }, weightOf(event));
  }

  return {
    emit,
    tell(message) {
      if (!repeated.includes(message.type) || !full()) put(message, fewBytes);
    },
  };
}

function weightOf(event: Event): number {
  return fewBytes + ('text' in event ? 2 * event.text.length : 0);
}
