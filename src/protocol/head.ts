/** The head of a response: what the application gave to `start_response`, checked by the runtime. */
export interface Head {
  readonly status: number;
  readonly reason: string;
  /** name, value, name, value, … in the application's order. */
  readonly headers: string[];
}

/**
 * On the wire a head is latin-1 text: the status line, then each name and value, joined by line feeds. None of
 * them can contain one; a runtime that sends nonsense all the same gets an error.
 *
 * @throws RangeError for a head that is not of this form.
 */
export function parseHead(text: string): Head {
  const headers = text.split('\n');
  const line = headers.shift() ?? '';
  const status = Number(line.slice(0, 3));
  if (!(status >= 100 && status <= 999) || headers.length % 2 !== 0)
    throw new RangeError('malformed response head from a runtime');
  return { status, reason: line.slice(4), headers };
}
