/**
 * The demo, `npm start`: two virtual environments with two versions of one package, one server.
 * PORT changes the port. Ctrl-C stops everything.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ignoreSignals } from '../../dist/src/base/deaf.js';
import { findInstalledPythons } from '../../dist/src/python/installed.js';
import { choosePythons, makeEnvironment, reuseEnvironment } from './environments.js';
import { daemonUser, findPlace } from './place.js';

// Environments are made for seconds, and Node answers SIGUSR1 by opening its debugger.
ignoreSignals();

const packageName = 'venvhost_greeting';
const groups = [
  { name: 'one', packageVersion: '1.0.0' },
  { name: 'two', packageVersion: '2.0.0' },
];

try {
  await main();
} catch (error) {
  // What a person can put right is told in a sentence; anything else keeps its stack.
  console.error(error.isForPeople ? `demo: ${error.message}` : error);
  process.exitCode = 1;
}

async function main() {
  const port = readPort(process.env.PORT ?? '8080');
  const user = daemonUser();
  if (user) console.log(`demo: started by root, so everything runs as user "${user.name}"`);
  const place = findPlace(user);
  if (place.reason) console.log(`demo: working in ${place.work}, because ${place.reason}`);

  prepareEnvironments(place, user);

  const url = `http://127.0.0.1:${port}`;
  console.log(`\n  ${url}/\n  ${url}/one\n  ${url}/two\n\n  Ctrl-C stops everything.\n`);
  await runServer(place, port);
}

/** Asking all Pythons of a machine takes seconds, so that is done only when something has to be made. */
function prepareEnvironments({ demo, work }, user) {
  const wishes = groups.map(({ name, packageVersion }) => ({
    home: join(work, name),
    source: join(demo, 'packages', `${packageName}-${packageVersion}`),
    packageName,
    packageVersion,
    say: (text) => console.log(`demo: environment "${name}": ${text}`),
  }));
  const missing = wishes.filter((wish) => !reuseEnvironment(wish));
  if (missing.length === 0) return;
  console.log('demo: looking for Pythons …');
  const { chosen, passedOver, note } = choosePythons(
    findInstalledPythons({
      path: process.env.PATH ?? '',
      home: homedir(),
      ...(user ? { user } : {}),
    }),
  );
  for (const line of passedOver) console.log(`demo: passed over ${line}`);
  if (note) console.log(`demo: ${note}`);
  for (const wish of missing)
    makeEnvironment({ ...wish, python: chosen[wishes.indexOf(wish) % chosen.length] });
}

/** In this process, as the command would, so that Ctrl-C reaches the server and nobody else. */
async function runServer({ root, demo, work }, port) {
  const command = join(root, 'bin/venvhost.js');
  const defines = [`PORT=${port}`, `APP=${join(demo, 'app')}`, `WORK=${work}`];
  process.argv = [
    process.execPath,
    command,
    'run',
    ...['-f', join(demo, 'demo.conf')],
    ...defines.flatMap((define) => ['-D', define]),
  ];
  await import(pathToFileURL(command).href);
}

function readPort(text) {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  const error = new Error(`PORT must be a number from 1 to 65535, got "${text}"`);
  error.isForPeople = true;
  throw error;
}
