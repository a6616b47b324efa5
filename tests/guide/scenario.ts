import { test } from 'node:test';
import { NotHere } from '../support/environments.js';
import { minor, type Python } from '../support/pythons.js';
import { guidePythons, makePlace, type Place, type RunningGuide } from './place.js';
import { type Mode, scenarioByNumber } from './scenarios.js';

export interface Tried extends Place {
  /** Starts a server that is stopped when the scenario is over, whatever happens. */
  serve(file: string, defines?: Readonly<Record<string, string>>): Promise<RunningGuide>;
}

/**
 * One scenario in one mode, tried on every Python of this machine. The name of each test says scenario, mode
 * and version, and `npm run guide` makes its table from these names.
 */
export function scenario(
  number: number,
  mode: Mode,
  body: (place: Tried, original: Python) => Promise<void>,
): void {
  const { folder, title } = scenarioByNumber(number);
  for (const python of guidePythons()) {
    const name = `${String(number).padStart(2, '0')} ${mode} ${minor(python.version)}: ${title}`;
    test(name, async (t) => {
      try {
        await tried(folder, python, body);
      } catch (error) {
        if (!(error instanceof NotHere)) throw error;
        t.skip(error.message);
      }
    });
  }
}

async function tried(
  folder: string,
  python: Python,
  body: (place: Tried, original: Python) => Promise<void>,
): Promise<void> {
  const place = await makePlace(folder, python);
  const servers: RunningGuide[] = [];
  const serve: Tried['serve'] = async (file, defines) => {
    const running = await place.run(file, defines);
    servers.push(running);
    return running;
  };
  try {
    await body({ ...place, serve }, python);
  } finally {
    for (const { server } of servers) await server.stop();
    place.remove();
  }
}
