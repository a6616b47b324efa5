import { parseArgs } from 'node:util';

export const usage = `usage: npm run bench -- [OPTION]…
  --scenario NAME   only this one, or those whose names begin so; may be repeated
  --peer NAME       only this server beside venvhost, or those whose names begin so; "none" for none
  --rounds N        rounds over all servers (3)
  --seconds N       length of one measurement (3)
  --baseline REF    this revision of venvhost as well
  --node VERSION    venvhost on this Node.js as well (see bench/setup); may be repeated
  --embedded        venvhost in embedded mode as well
  --out FOLDER      where results.json, results.md and results.svg go (bench/results)
  --list            what there is`;

export interface Options {
  readonly scenarios: readonly string[];
  readonly peers: readonly string[];
  readonly nodes: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
  readonly baseline: string | undefined;
  readonly embedded: boolean;
  readonly out: string | undefined;
  readonly list: boolean;
  readonly help: boolean;
}

/** @throws Error for a wrong option. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: 'string', multiple: true },
      peer: { type: 'string', multiple: true },
      node: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      baseline: { type: 'string' },
      embedded: { type: 'boolean' },
      out: { type: 'string' },
      list: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  return {
    scenarios: values.scenario ?? [],
    peers: values.peer ?? [],
    nodes: values.node ?? [],
    rounds: count('rounds', values.rounds ?? '3'),
    seconds: count('seconds', values.seconds ?? '3'),
    baseline: values.baseline,
    embedded: values.embedded ?? false,
    out: values.out,
    list: values.list ?? false,
    help: values.help ?? false,
  };
}

/** Those that a person named: exact names, else names that begin so. @throws Error where there is none. */
export function choose<T extends { readonly name: string }>(
  all: readonly T[],
  wanted: readonly string[],
  what: string,
): T[] {
  const found = wanted.flatMap((name) => {
    const exact = all.filter((one) => one.name === name);
    const some = exact.length > 0 ? exact : all.filter((one) => one.name.startsWith(name));
    if (some.length === 0)
      throw new Error(
        `no ${what} is called "${name}"; there are ${all.map((one) => one.name).join(', ')}`,
      );
    return some;
  });
  return all.filter((one) => found.includes(one));
}

function count(name: string, text: string): number {
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number < 1)
    throw new Error(`--${name} must be a whole number, 1 or more, got "${text}"`);
  return number;
}
