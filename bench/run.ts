import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { choose, type Options, readOptions, usage } from './options.js';
import { peers } from './peers/all.js';
import type { Peer } from './peers/peer.js';
import { venvhost } from './peers/venvhost.js';
import { toMarkdown } from './report/markdown.js';
import { describeMachine, type Results } from './report/results.js';
import { toSvg } from './report/svg.js';
import { runScenario } from './rounds.js';
import { stopAllChildren } from './running/children.js';
import { type Ground, prepareGround, removeGround, repository } from './running/ground.js';
import { baselineSubject, onNode, presentSubject } from './running/subjects.js';
import { scenarios } from './scenarios/all.js';

/** `npm run bench`: see usage, and docs/explanation/performance.md for the method. */
process.exitCode = await main();

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${messageOf(error)}\n${usage}`);
    return 2;
  }
  if (options.help || options.list) {
    console.log(options.help ? usage : list());
    return 0;
  }
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => abort.abort(new Error(`ended by ${name}`)));
  let ground: Ground | undefined;
  try {
    ground = prepareGround();
    await bench(options, ground, abort.signal);
    return 0;
  } catch (error) {
    say(`${messageOf(abort.signal.aborted ? abort.signal.reason : error)}\n`);
    return abort.signal.aborted ? 130 : 1;
  } finally {
    await stopAllChildren();
    if (ground) removeGround(ground);
  }
}

async function bench(options: Options, ground: Ground, signal: AbortSignal): Promise<void> {
  const wanted =
    options.scenarios.length === 0 ? scenarios : choose(scenarios, options.scenarios, 'scenario');
  const servers = serversOf(options, ground);
  const found = servers.flatMap((peer) => {
    const version = peer.version(ground.venv);
    if (version === undefined) say(`${peer.name} is not installed: see bench/setup\n`);
    return version === undefined ? [] : [{ peer, version }];
  });
  const { rounds, seconds } = options;
  const results: Results & { scenarios: unknown[] } = {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    machine: describeMachine(),
    rounds,
    seconds,
    reference: servers[0]!.name,
    servers: found.map(({ peer, version }) => ({ name: peer.name, version })),
    scenarios: [],
  };
  const out = options.out ?? join(repository, 'bench/results');
  mkdirSync(out, { recursive: true });
  for (const [index, scenario] of wanted.entries()) {
    const progress = (text: string) => say(`[${index + 1}/${wanted.length}] ${text}`);
    const conditions = { rounds, seconds, ground, signal, progress };
    const running = found.map(({ peer }) => peer);
    results.scenarios.push(await runScenario(scenario, running, conditions));
    write(out, results);
  }
  console.log(toMarkdown(results));
  say(`written to ${out}\n`);
}

/** venvhost first: all others are compared with it. */
function serversOf(options: Options, ground: Ground): Peer[] {
  const present = presentSubject(ground);
  const servers = [venvhost(present)];
  if (options.embedded) servers.push(venvhost(present, { embedded: true }));
  for (const version of options.nodes) servers.push(venvhost(onNode(present, version)));
  if (options.baseline !== undefined)
    servers.push(venvhost(baselineSubject(ground, options.baseline)));
  if (options.peers.includes('none')) return servers;
  const chosen =
    options.peers.length === 0
      ? peers.filter((peer) => !peer.onRequest)
      : choose(peers, options.peers, 'server');
  return [...servers, ...chosen];
}

function write(out: string, results: Results): void {
  writeFileSync(join(out, 'results.json'), `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync(join(out, 'results.md'), toMarkdown(results));
  writeFileSync(join(out, 'results.svg'), toSvg(results));
}

function list(): string {
  const names = scenarios.map(({ name, text }) => `  ${name.padEnd(22)}${text}`);
  return ['scenarios', ...names, 'servers', ...peers.map(({ name }) => `  ${name}`)].join('\n');
}

/** On a terminal a line that is under way is written over. */
function say(text: string): void {
  const terminal = process.stderr.isTTY;
  if (terminal) process.stderr.write(`\r\x1b[K${text}`);
  else if (text.endsWith('\n')) process.stderr.write(text);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
