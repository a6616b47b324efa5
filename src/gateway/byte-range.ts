/** What a Range field asks of a file: all of it, bytes `start` to `end` (both included), or what is not there. */
export type Wanted = 'whole' | 'nothing' | { readonly start: number; readonly end: number };

const one = /^(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))$/;

/**
 * As Apache does it: a field with anything in it that is no range is ignored, not refused; a suffix longer than the
 * file is the file; several ranges are answered where they make up one. Others are answered with the whole file, which
 * RFC 9110 section 14.2 allows.
 */
export function wantedBytes(field: string, size: number): Wanted {
  const list = /^bytes=(.*)$/i.exec(field)?.[1];
  if (list === undefined || size === 0) return 'whole';
  const ranges: { start: number; end: number }[] = [];
  for (const text of list.replace(/,$/, '').split(',')) {
    const [, first, last, suffix] = one.exec(text) ?? [];
    let range: { start: number; end: number };
    if (first !== undefined) {
      const end = last ? Number(last) : size - 1;
      if (last && Number(first) > end) return 'whole';
      range = { start: Number(first), end: Math.min(end, size - 1) };
    } else if (Number(suffix) > 0) {
      range = { start: Math.max(0, size - Number(suffix)), end: size - 1 };
    } else return 'whole';
    if (range.start < size) ranges.push(range);
  }
  return joined(ranges);
}

function joined(ranges: readonly { start: number; end: number }[]): Wanted {
  const [first, ...others] = ranges.toSorted((a, b) => a.start - b.start);
  if (!first) return 'nothing';
  let { end } = first;
  for (const range of others) {
    if (range.start > end + 1) return 'whole';
    end = Math.max(end, range.end);
  }
  return { start: first.start, end };
}
