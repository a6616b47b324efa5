import { join } from 'node:path';
import type { RunAs } from '../base/as-identity.js';
import type { Code } from '../base/codes.js';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { AskFailure } from './ask.js';
import { elfMachine, machineName } from './elf.js';
import { type HomeSetting, makeCommand } from './home.js';
import type { Machine } from './machine.js';
import { firstClosed, orOpen, type Passed, type Walk, walkPath } from './path-walk.js';
import { canExecute, modeText } from './permissions.js';
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
  readonly failure?: AskFailure;
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
  if (gone) return basePythonGone(failed, gone);
  return (
    otherArchitecture(failed, machine) ??
    notExecutable(failed, walks[0]!, who) ??
    broken(failed, user)
  );
}

function otherArchitecture(failed: Failed, machine: Machine): Diagnostic | undefined {
  const made = elfMachine(machine.head(failed.executable, 20) ?? new Uint8Array());
  const here = machineName(process.arch);
  // A 64-bit kernel runs programs of its 32-bit ancestor.
  if (made === undefined || made === here || (made === 'i386' && here === 'x86_64'))
    return undefined;
  return diagnostic(
    'interpreter-other-architecture',
    `${failed.setting} ${JSON.stringify(failed.home)}: ${failed.executable} is a program for ${made}, this machine is ${here}`,
    { hint: `make the environment on this machine: ${makeCommand(failed.home, { clear: true })}` },
  );
}

function notExecutable(failed: Failed, walk: Walk, who: RunAs): Diagnostic | undefined {
  const { entry } = walk;
  if (!entry || (canExecute(entry, who) && failed.failure !== 'not-executable')) return undefined;
  const mode = modeText(entry.mode);
  return diagnostic(
    'interpreter-not-executable',
    `${failed.setting} ${JSON.stringify(failed.home)}: ${failed.executable} cannot be executed (${walk.at === failed.executable ? '' : `${walk.at}, `}mode ${mode})`,
    {
      hint: canExecute(entry, who)
        ? 'its file system may be mounted with noexec, or a security module forbids it: move the environment'
        : `let everybody execute it: chmod a+rx ${walk.at}`,
    },
  );
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
  const where = `${closed.path} (mode ${modeText(closed.mode)}, owner ${userName(closed.uid)})`;
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

const failures = {
  hangs: 'interpreter-hangs',
  killed: 'interpreter-killed',
  silent: 'interpreter-silent',
  'not-executable': 'interpreter-not-executable',
} as const satisfies Record<AskFailure, Code>;

function broken(failed: Failed, user: { readonly user: string } | undefined): Diagnostic {
  const command = `${user ? `runuser -u ${user.user} -- ` : ''}${failed.executable} -c pass`;
  const { home, setting, executable, reason, failure } = failed;
  const what = failure === 'silent' ? 'is no Python: it gave no answer' : 'does not start';
  return diagnostic(
    failure === undefined ? 'interpreter-broken' : failures[failure],
    `${setting} ${JSON.stringify(home)}: ${executable} ${what}: ${reason}`,
    {
      hint: `try it: ${command}${failed.cfg ? `\nor make it again: ${makeCommand(home, { clear: true })}` : `\nand look at ${join(home, 'lib')}`}`,
    },
  );
}
