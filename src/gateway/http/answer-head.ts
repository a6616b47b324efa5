/** The head of an answer, looked at once however often it is sent. */
export interface AnswerHead {
  readonly status: number;
  readonly reason: string;
  /** name, value, name, value, …; the server is named. */
  readonly headers: readonly string[];
  /** Content-Length; -1 for none. */
  readonly declared: number;
  /** Whether `Connection: close` is among the headers. */
  readonly closes: boolean;
  /** Whether Date is among the headers. */
  readonly dated: boolean;
  /** The status line and the headers as they are sent; undefined where something in them cannot be. */
  readonly text: string | undefined;
}

/** @param headers as the application or the server gave them; only `close` may be left of Connection. */
export function answerHead(status: number, reason: string, headers: readonly string[]): AnswerHead {
  let declared = -1;
  let closes = false;
  let dated = false;
  let named = false;
  for (let index = 0; index < headers.length; index += 2) {
    const name = (headers[index] as string).toLowerCase();
    if (name === 'content-length') declared = Number(headers[index + 1]);
    else if (name === 'connection') closes = true;
    else if (name === 'date') dated = true;
    else if (name === 'server') named = true;
  }
  const all = named ? headers : [...headers, 'Server', 'venvhost'];
  const text = headText(status, reason, all);
  return { status, reason, headers: all, declared, closes, dated, text };
}

/** The same head with the length of a body that the application did not declare. */
export function declareLength(head: AnswerHead, length: number): AnswerHead {
  return answerHead(head.status, head.reason, [...head.headers, 'Content-Length', String(length)]);
}

export function mayHaveBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304;
}

/** What a field value and a reason consist of. Source: RFC 9110 section 5.5, RFC 9112 section 4. */
const value = /^[\t\x20-\x7e\x80-\xff]*$/;
/** RFC 9110 section 5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

function headText(status: number, reason: string, headers: readonly string[]): string | undefined {
  if (!value.test(reason)) return undefined;
  let text = `HTTP/1.1 ${status} ${reason}\r\n`;
  for (let index = 0; index < headers.length; index += 2) {
    const [name, content] = [headers[index] as string, headers[index + 1] as string];
    if (!token.test(name) || !value.test(content)) return undefined;
    text += `${name}: ${content}\r\n`;
  }
  return text;
}
