import type { Visit } from '../server/visits.js';
import { printable } from './report.js';

/** Lines for so many URLs at most. */
const mostLines = 10;

/** What a visitor would get: a line for each URL, the last one about all where none is answered. Ends in a newline. */
export function reportVisits(visits: readonly Visit[]): string {
  if (visits.length === 0) return '';
  const answered = visits.filter(isAnswered);
  const [first] = visits as [Visit];
  const alike = visits.every(({ status, text }) => status === first.status && text === first.text);
  if (answered.length === 0 && alike)
    return printable(`every request gets ${first.status}: ${first.text}\n`);
  const shown = visits.slice(0, mostLines);
  const more = visits.length - shown.length;
  const last =
    answered.length > 0
      ? undefined
      : visits.every(({ status }) => status === first.status)
        ? `every request gets ${first.status}`
        : 'every request gets an error';
  return printable(
    [
      ...shown.map(visitLine),
      ...(more > 0 ? [`and ${more} more URL${more === 1 ? '' : 's'}`] : []),
      ...(last === undefined ? [] : [last]),
      '',
    ].join('\n'),
  );
}

/** As far as can be told without a request. */
export function isAnswered({ status }: Visit): boolean {
  return status === null || status < 400;
}

function visitLine(visit: Visit): string {
  const { url, status, text, restricted } = visit;
  if (!isAnswered(visit)) return `${url} → ${status}: ${text}`;
  return `${url} → ${text}${restricted ? ', for those whom a Require lets in' : ''}`;
}
