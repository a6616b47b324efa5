import { appendFileSync } from 'node:fs';
import { test } from 'node:test';
import { NotHere } from '../support/environments.js';
import { minor, type Python } from '../support/pythons.js';
import { guidePythons, makePlace, type Place, type RunningGuide } from './place.js';
import { type Mode, scenarioByNumber } from './scenarios.js';

export interface Tried extends Place {
  /** Starts a server that is stopped when the scenario is over, whatever happens. */
  serve(file: string, defines?: Readonly<Record<string, string>>): Promise<RunningGuide>;
}

/** What came of it, where it did not simply work. */
export type Outcome = 'refused' | `refused: ${string}`;

// biome-ignore lint/suspicious/noConfusingVoidType: most bodies give nothing.
type Body = (place: Tried, original: Python) => Promise<Outcome | undefined | void>;

/** One cell of the table that `npm run guide` prints, and how tests tell it: a line of JSON in a file. */
export interface GuideCell {
  readonly number: number;
  readonly mode: Mode;
  readonly python: string;
  readonly outcome: string;
  readonly reason?: string | undefined;
}

/**
 * One scenario in one mode, tried on every Python of this machine. The body gives
 * `refused` where the server rightly does not start.
 */
export function scenario(number: number, mode: Mode, body: Body): void {
  const { folder, title } = scenarioByNumber(number);
  for (const python of guidePythons()) {
    const name = `${String(number).padStart(2, '0')} ${mode} ${minor(python.version)}: ${title}`;
    test(name, async (t) => {
      const note = (outcome: string, reason?: string) =>
        noteOutcome({ number, mode, python: minor(python.version), outcome, reason });
      try {
        const [outcome = '', reason] = ((await tried(folder, python, body)) ?? 'works').split(': ');
        note(outcome, reason);
      } catch (error) {
        if (!(error instanceof NotHere)) {
          note('failed');
          throw error;
        }
        note('skipped', error.message);
        t.skip(error.message);
      }
    });
  }
}

async function tried(folder: string, python: Python, body: Body): Promise<Outcome | undefined> {
  const place = await makePlace(folder, python);
  const servers: RunningGuide[] = [];
  const serve: Tried['serve'] = async (file, defines) => {
    const running = await place.run(file, defines);
    servers.push(running);
    return running;
  };
  try {
    return (await body({ ...place, serve }, python)) ?? undefined;
  } finally {
    for (const { server } of servers) await server.stop();
    place.remove();
  }
}

/** For `npm run guide`, which names the file. */
function noteOutcome(cell: GuideCell): void {
  const file = process.env['VENVHOST_GUIDE_OUTCOMES'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(cell)}\n`);
}
