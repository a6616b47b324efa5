import type { AnswerHead } from './answer-head.js';

/** What is used of node:http's objects beyond their documented faces; the same in Node 20, 22 and 24. */
export interface WholeRequest {
  /** Whether somebody reads the body; where nobody does node:http reads it to its end by events. */
  _consuming?: boolean;
}

export interface WholeResponse {
  /** The text of the head, once it is made; `end` sends it. */
  _header?: string | null;
  /** What the Keep-Alive header says, in milliseconds. */
  _keepAliveTimeout?: number;
  readonly shouldKeepAlive?: boolean;
  end(): unknown;
}

/**
 * Sends an answer that is there as a whole as one text: half of the time of node:http's `writeHead` and
 * `end`, which check the headers each time and write head, body and an empty end apart. Only for a connection
 * that stays open, and when the request is complete.
 *
 * @returns false when nothing was sent, because it cannot be sent this way.
 */
export function sendWhole(
  request: WholeRequest,
  response: WholeResponse,
  head: AnswerHead,
  body: string,
): boolean {
  const { _keepAliveTimeout: milliseconds } = response;
  if (head.text === undefined || !response.shouldKeepAlive || !milliseconds) return false;
  if (response._header !== null || request._consuming === undefined) return false;
  request._consuming = true;
  const date = head.dated ? '' : dateLine();
  response._header = `${head.text}${date}${keepAliveLines(milliseconds)}\r\n${body}`;
  response.end();
  return true;
}

let second = 0;
let line = '';

function dateLine(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    line = `Date: ${new Date(now * 1000).toUTCString()}\r\n`;
  }
  return line;
}

const lines = new Map<number, string>();

function keepAliveLines(milliseconds: number): string {
  let text = lines.get(milliseconds);
  if (text === undefined) {
    text = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(milliseconds / 1000)}\r\n`;
    lines.set(milliseconds, text);
  }
  return text;
}
