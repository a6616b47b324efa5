/** What `(?…)` changes until the end of its group. */
export interface Flags {
  readonly ignoreCase: boolean;
  readonly dotTakesLineFeed: boolean;
  readonly extended: boolean;
}

export function changedFlags(flags: Flags, letters: string, written: string): Flags {
  const [on = '', off = ''] = letters.split('-');
  if (/[^isx]/.test(on + off) || letters.split('-').length > 2)
    throw new Error(`flags are understood as i, s and x alone, not "${written}"`);
  const value = (letter: string, before: boolean) =>
    off.includes(letter) ? false : on.includes(letter) || before;
  return {
    ignoreCase: value('i', flags.ignoreCase),
    dotTakesLineFeed: value('s', flags.dotTakesLineFeed),
    extended: value('x', flags.extended),
  };
}
