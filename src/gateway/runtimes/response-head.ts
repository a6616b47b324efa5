import { maximumHead } from '../../protocol/frames.js';
import { type Head, parseHead } from '../../protocol/head.js';
import { type AnswerHead, answerHead } from '../http/answer-head.js';

/** Heads by their text; most applications have few. Where texts change with each request the table starts anew. */
const heads = new Map<string, AnswerHead>();
const mostHeads = 256;
/** A longer text is not kept. */
const longestKept = 4096;

/**
 * Reads the head that a process sent for its application (src/protocol/head.ts).
 *
 * @returns why it cannot be sent.
 */
export function readHead(text: string): AnswerHead | string {
  const known = heads.get(text);
  if (known) return known;
  if (text.length > maximumHead)
    return `its headers have ${text.length} bytes, at most ${maximumHead} are possible`;
  const read = prepare(text);
  if (typeof read === 'string') return read;
  if (text.length > longestKept) return read;
  if (heads.size >= mostHeads) heads.clear();
  heads.set(text, read);
  return read;
}

function prepare(text: string): AnswerHead | string {
  try {
    const head = parseHead(text);
    return dropForeign(head) ?? answerHead(head.status, head.reason, head.headers);
  } catch {
    return 'a malformed head';
  }
}

/**
 * Hop-by-hop fields and Transfer-Encoding belong to the server and are dropped (RFC 9110 section 7.6.1), but
 * for the wish to close the connection. The gateway does not trust what a process sends.
 */
function dropForeign(head: Head): string | undefined {
  const { status, headers } = head;
  if (status < 200) return `status ${status} is not final`;
  const bare = status === 204;
  let length: string | undefined;
  let kept = 0;
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    const value = headers[index + 1] as string;
    const kind = kindOf(name);
    if (kind === 'hop' && !isClose(name, value)) continue;
    if (kind === 'length') {
      if (!/^[0-9]{1,15}$/.test(value)) return `invalid Content-Length ${JSON.stringify(value)}`;
      if (length !== undefined && Number(length) !== Number(value))
        return 'two different Content-Length headers';
      if (length !== undefined || bare) continue;
      length = value;
    }
    headers[kept++] = name;
    headers[kept++] = value;
  }
  headers.length = kept;
  return undefined;
}

function isClose(name: string, value: string): boolean {
  return name.toLowerCase() === 'connection' && value.toLowerCase() === 'close';
}

type Kind = 'hop' | 'length' | 'plain';

const known = new Map<string, Kind>([
  ['connection', 'hop'],
  ['keep-alive', 'hop'],
  ['proxy-connection', 'hop'],
  ['te', 'hop'],
  ['trailer', 'hop'],
  ['transfer-encoding', 'hop'],
  ['upgrade', 'hop'],
  ['content-length', 'length'],
]);
const most = 1000;
const spellings = new Map<string, Kind>();

function kindOf(name: string): Kind {
  const remembered = spellings.get(name);
  if (remembered) return remembered;
  const kind = known.get(name.toLowerCase()) ?? 'plain';
  if (spellings.size < most) spellings.set(name, kind);
  return kind;
}
