import { chownSync, mkdirSync, utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Peer, Site } from '../peers/peer.js';
import { ask, type Check, whatIsWrong } from './ask.js';
import { type Child, startChild } from './children.js';
import type { Ground } from './ground.js';
import { asPlainUser, plainUser } from './plain-user.js';

/** A server that has answered every check once. */
export interface Running {
  readonly peer: Peer;
  readonly port: number;
  readonly roots: readonly number[];
  /** Seconds from the start until all checks had the right answer. */
  readonly readySeconds: number;
  /** Loads the code anew. */
  reload(): void;
  stop(): Promise<void>;
}

/** Thrown where a server does not start, or answers wrongly: it is disqualified. */
export class Disqualified extends Error {}

const startMilliseconds = 60_000;
let starts = 0;

export async function startServer(
  peer: Peer,
  site: Site,
  checks: readonly Check[],
  ground: Ground,
): Promise<Running> {
  const port = await freePort();
  const folder = join(ground.folder, `s${++starts}`);
  mkdirSync(folder);
  const user = plainUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const launch = peer.launch(site, { folder, port, apps: ground.apps, venv: ground.venv });
  const env = { ...cleanEnvironment(), TMPDIR: folder, HOME: folder, ...launch.env };
  const begun = performance.now();
  const children = launch.commands.map((argv, index) =>
    startChild(asPlainUser(argv), { cwd: folder, env, logFile: join(folder, `output${index}`) }),
  );
  const stop = async () => {
    await Promise.all(children.map((child) => child.stop()));
  };
  try {
    await untilRight(checks, port, children);
  } catch (error) {
    await stop();
    throw error;
  }
  const readySeconds = (performance.now() - begun) / 1000;
  const reload = () =>
    reloadNow(peer, children[0] as Child, join(ground.apps, site.mounts[0]!.file));
  return { peer, port, roots: children.map(({ pid }) => pid), readySeconds, reload, stop };
}

/** Every check has its answer; a wrong one is looked at again until the server has had its time to start. */
async function untilRight(
  checks: readonly Check[],
  port: number,
  children: readonly Child[],
): Promise<void> {
  const deadline = performance.now() + startMilliseconds;
  for (const check of checks) {
    for (;;) {
      const wrong = whatIsWrong(check, await ask(port, check).catch(String));
      if (wrong === undefined) break;
      if (performance.now() > deadline || children.some(hasEnded))
        throw new Disqualified(`${wrong}\n${children.map((child) => child.output()).join('\n')}`);
      await sleep(5);
    }
  }
}

function hasEnded(child: Child): boolean {
  try {
    process.kill(child.pid, 0);
    return false;
  } catch {
    return true;
  }
}

function reloadNow(peer: Peer, first: Child, script: string): void {
  if (peer.reload === 'touch') utimesSync(script, new Date(), new Date());
  else if (peer.reload) process.kill(first.pid, peer.reload);
}

/** Nothing of ours but what every program needs: a VIRTUAL_ENV or PYTHONPATH would change servers. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, LANG, TZ } = process.env;
  return { PATH, LANG: LANG ?? 'C.UTF-8', ...(TZ === undefined ? {} : { TZ }) };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
