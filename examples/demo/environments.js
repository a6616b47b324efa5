import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Two Pythons of different versions where there are two, the newest ones first; else the same one twice.
 * `found` comes from findInstalledPythons.
 */
export function choosePythons(found) {
  const usable = found.filter((python) => whyNot(python) === undefined);
  const chosen = usable
    .filter((python, index) => usable.findIndex((other) => sameMinor(other, python)) === index)
    .slice(0, 2);
  const passedOver = groupByReason(found);
  if (chosen.length === 0)
    throw forPeople(['no usable Python was found', ...passedOver, installHint()]);
  const note =
    chosen.length === 1
      ? `only one usable Python version was found (${chosen[0].version}), so both environments have it`
      : undefined;
  return { chosen, passedOver, note };
}

/** Whether the environment that an earlier start made is there and works. Says so. */
export function reuseEnvironment({ home, packageName, packageVersion, say }) {
  const note = join(home, 'demo.json');
  if (!existsSync(note)) return false;
  const made = JSON.parse(readFileSync(note, 'utf8'));
  if (made.packageVersion !== packageVersion) return false;
  if (!works(home, made.version, packageName)) {
    say('it no longer works (its Python has gone or changed), so it is made again');
    return false;
  }
  say(`Python ${made.version} with ${packageName} ${packageVersion}, as before`);
  return true;
}

/** Makes the environment and installs the package. */
export function makeEnvironment({ home, python, source, packageName, packageVersion, say }) {
  const started = performance.now();
  say(`making it with Python ${python.version} (${python.executable}) …`);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(dirname(home), { recursive: true, mode: 0o755 });
  // Without pip: it takes seconds, and Debian has it in a package of its own.
  run(python.executable, ['-m', 'venv', '--without-pip', home]);
  // A package is a folder with its metadata beside it: copying both is what pip does with a wheel,
  // and needs neither network nor build tools.
  const site = run(join(home, 'bin/python'), [
    '-c',
    'import sysconfig; print(sysconfig.get_paths()["purelib"])',
  ]).trim();
  cpSync(source, site, { recursive: true });
  writeFileSync(
    join(home, 'demo.json'),
    JSON.stringify({ version: python.version, packageVersion }),
  );
  if (!works(home, python.version, packageName))
    throw forPeople([`the new environment ${home} does not work`, 'remove it and try again']);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`ready after ${seconds} s, with ${packageName} ${packageVersion}`);
}

function works(home, version, packageName) {
  const script = `import sys, ${packageName}; print('.'.join(map(str, sys.version_info[:3])))`;
  const answer = spawnSync(join(home, 'bin/python'), ['-I', '-c', script], { encoding: 'utf8' });
  return answer.status === 0 && answer.stdout.trim() === version;
}

/** `3.13.0, 3.12.1: the reason` */
function groupByReason(found) {
  const byReason = new Map();
  for (const python of found) {
    const reason = whyNot(python);
    if (reason) byReason.set(reason, [...(byReason.get(reason) ?? []), python.version]);
  }
  return [...byReason].map(([reason, versions]) => `Python ${versions.join(', ')}: ${reason}`);
}

function whyNot(python) {
  const [major, minor] = python.version.split('.').map(Number);
  if (major < 3 || (major === 3 && minor < 6)) return 'too old, 3.6 is needed';
  if (python.unreachable) return python.unreachable;
  if (!python.venv)
    return 'its venv module is missing (Debian, Ubuntu: apt-get install python3-venv)';
  return undefined;
}

function sameMinor(a, b) {
  return a.version.split('.')[1] === b.version.split('.')[1];
}

function installHint() {
  return 'install Python 3.6 or newer (Debian, Ubuntu: apt-get install python3 python3-venv) and run npm start again';
}

function run(program, args) {
  const done = spawnSync(program, args, { encoding: 'utf8' });
  if (done.status === 0) return done.stdout;
  const said = done.error?.message ?? `${done.stdout}${done.stderr}`.trim();
  throw forPeople([`"${program} ${args.join(' ')}" failed: ${said}`, installHint()]);
}

function forPeople(lines) {
  const error = new Error(lines.join('\n  '));
  error.isForPeople = true;
  return error;
}
