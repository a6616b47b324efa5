/** Whether a name holds shell wildcards. */
export function hasWildcards(text: string): boolean {
  return /[*?[]/.test(text);
}

/** A pattern of `*`, `?` and `[…]` for one path component, as fnmatch(3) reads it; no `/` is special. */
export function globToRegExp(pattern: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern[at]!;
    const set = letter === '[' ? /^\[[!^]?\]?[^\]]*\]/.exec(pattern.slice(at))?.[0] : undefined;
    if (set) {
      const body = set.slice(1, -1).replaceAll('\\', '\\\\').replaceAll(']', '\\]');
      source += `[${body.replace(/^!/, '^')}]`;
      at += set.length - 1;
    } else if (letter === '*') source += '.*';
    else if (letter === '?') source += '.';
    else if (letter === '\\' && at + 1 < pattern.length) source += escapeRegExp(pattern[++at]!);
    else source += escapeRegExp(letter);
  }
  return new RegExp(`^${source}$`, 's');
}

function escapeRegExp(letter: string): string {
  return letter.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
}
