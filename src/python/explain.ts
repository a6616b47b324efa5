import { join } from 'node:path';
import type { RunAs } from '../base/as-identity.js';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { type HomeSetting, makeCommand } from './home.js';
import type { Machine } from './machine.js';
import { firstClosed, orOpen, type Passed, type Walk, walkPath } from './path-walk.js';
import type { PyvenvCfg } from './pyvenv-cfg.js';
import { minorVersion } from './versions.js';

/** An interpreter that did not answer. */
export interface Failed {
  readonly home: string;
  readonly setting: HomeSetting;
  readonly executable: string;
  readonly cfg: PyvenvCfg | undefined;
  /** What was seen when it was started. */
  readonly reason: string;
}

/** Why an interpreter did not start, as precisely as the files tell. */
export function explainFailure(
  failed: Failed,
  user: (RunAs & { readonly user: string }) | undefined,
  tools: { readonly machine: Machine; readonly userName: (uid: number) => string },
): Diagnostic {
  const { machine } = tools;
  const who = user ?? machine.self;
  const walks = [walkPath(failed.executable, machine)];
  if (failed.cfg?.home) walks.push(walkPath(failed.cfg.home, machine));
  for (const walk of walks) {
    const closed = firstClosed(walk, who) ?? closedToUs(walk, machine);
    if (closed) return unreachable(failed, closed, walk, user, tools.userName);
  }
  const gone = walks.find((walk) => walk.end === 'missing');
  return gone ? basePythonGone(failed, gone) : broken(failed, user);
}

/** Without root there may be a folder that we cannot even look into. */
function closedToUs(walk: Walk, machine: Machine): Passed | undefined {
  if (walk.end !== 'denied') return undefined;
  return walk.folders.at(-1) ?? { path: walk.at, mode: 0, ...machine.self };
}

function unreachable(
  failed: Failed,
  closed: Passed,
  walk: Walk,
  user: { readonly user: string } | undefined,
  userName: (uid: number) => string,
): Diagnostic {
  const { home, setting } = failed;
  const who = user ? `user ${JSON.stringify(user.user)}` : 'the user of this server';
  const beyond = closed.path === home || home.startsWith(`${closed.path}/`.replace('//', '/'));
  const where = `${closed.path} (mode ${closed.mode.toString(8).padStart(4, '0')}, owner ${userName(closed.uid)})`;
  return diagnostic(
    'home-unreachable',
    `${setting} ${JSON.stringify(home)}: ${who} cannot enter ${where}${beyond ? '' : `, which its interpreter ${walk.at} needs`}`,
    {
      hint: [
        beyond
          ? 'move the virtual environment out of it, for example to /srv/venvs'
          : `make it from a Python that everybody can reach: ${makeCommand(home, { python: '/usr/bin/python3', clear: true })}`,
        orOpen(closed),
        user && closed.uid !== 0
          ? `\nor run the group as its owner: user=${userName(closed.uid)}`
          : '',
      ].join(''),
    },
  );
}

function basePythonGone(failed: Failed, gone: Walk): Diagnostic {
  const { home, setting, cfg } = failed;
  const made = cfg?.version ? ` ${cfg.version}` : '';
  const from = cfg?.home ? ` in ${cfg.home}` : '';
  return diagnostic(
    'base-python-missing',
    `${setting} ${JSON.stringify(home)} was made from Python${made}${from}, which is gone: there is no ${gone.towards}`,
    {
      hint: `make it again and install its packages: ${makeCommand(home, { clear: true, ...(cfg?.version && { python: `python${minorVersion(cfg.version)}` }) })}`,
    },
  );
}

function broken(failed: Failed, user: { readonly user: string } | undefined): Diagnostic {
  const command = `${user ? `runuser -u ${user.user} -- ` : ''}${failed.executable} -c pass`;
  const { home, setting, executable, reason } = failed;
  return diagnostic(
    'interpreter-broken',
    `${setting} ${JSON.stringify(home)}: ${executable} does not start: ${reason}`,
    {
      hint: `try it: ${command}${failed.cfg ? `\nor make it again: ${makeCommand(home, { clear: true })}` : `\nand look at ${join(home, 'lib')}`}`,
    },
  );
}
