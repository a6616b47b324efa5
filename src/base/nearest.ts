/** Longer names are no slips of a known one; and the work grows with the square of the length. */
const longest = 64;

/** The known names that are nearest to `name`, best first, case ignored; empty when nothing is near. */
export function nearest(name: string, known: Iterable<string>, limit = 3): string[] {
  if (name.length > longest) return [];
  const wanted = name.toLowerCase();
  const letters = lettersOf(wanted);
  const near: { candidate: string; distance: number }[] = [];
  for (const candidate of known) {
    const most = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
    if (Math.abs(wanted.length - candidate.length) > most) continue;
    const other = candidate.toLowerCase();
    if (lettersApart(letters, lettersOf(other)) > most) continue;
    const distance = editDistance(wanted, other, most);
    if (distance <= most) near.push({ candidate, distance });
  }
  return near
    .sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate))
    .slice(0, limit)
    .map((entry) => entry.candidate);
}

/** `did you mean "a" or "b"?`, or undefined where nothing is near: a ready hint. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const names = nearest(name, known).map((candidate) => `"${candidate}"`);
  if (names.length === 0) return undefined;
  return `did you mean ${names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`}?`;
}

/** A bit for each letter that occurs; several characters may share one. */
function lettersOf(text: string): number {
  let letters = 0;
  for (let at = 0; at < text.length; at++) letters |= 1 << (text.charCodeAt(at) & 31);
  return letters;
}

/** Each letter that only one of two words has takes a step: the distance is never less than this. */
function lettersApart(a: number, b: number): number {
  return Math.max(ones(a & ~b), ones(b & ~a));
}

function ones(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

/** Levenshtein distance with adjacent transposition counted as one step; something above `most` where it is more. */
function editDistance(a: string, b: string, most: number): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    let lowest = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, beforePrevious[j - 2]! + 1);
      current.push(best);
      if (best < lowest) lowest = best;
    }
    // A transposition looks back two rows, and costs a step itself.
    if (lowest > most + 1) return lowest;
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length]!;
}
