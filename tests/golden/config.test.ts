import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { formatDiagnostic } from '../../src/base/diagnostic.js';
import { memoryFiles } from '../../src/config/memory.js';
import { readConfig } from '../../src/config/read.js';
import { dumpConfig } from './config-dump.js';

/**
 * Each file of golden/config is an input, a line `----`, and what it must lead to: the diagnostics as
 * a terminal shows them, then (after `# dump` in the first line) what the Config states.
 * `=== PATH` begins another file of the input; the first one is /etc/app.conf.
 * First-line words: `# dump`, `# ignore-unsupported`, `# -D NAME[=VALUE]`, `# -f PATH` for a second file.
 * UPDATE_GOLDEN=1 writes the expected parts anew.
 */
const folder = join(
  dirname(fileURLToPath(import.meta.url)).replace(/dist\/tests\/golden$/, 'tests/golden'),
  'config',
);

for (const name of readdirSync(folder)
  .filter((entry) => entry.endsWith('.txt'))
  .sort()) {
  test(`config golden: ${name.replace(/\.txt$/, '').replaceAll('-', ' ')}`, () => {
    const path = join(folder, name);
    const text = readFileSync(path, 'utf8');
    const cut = text.search(/^----$/m);
    const input = cut < 0 ? text : text.slice(0, cut);
    const actual = outcome(input);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, `${input}----\n${actual}`);
    else assert.equal(cut < 0 ? '' : text.slice(cut + 5), actual);
  });
}

function outcome(input: string): string {
  const settings = /^# .*/.exec(input)?.[0] ?? '';
  const defines = [...settings.matchAll(/-D (\w+)(?:=(\S*))?/g)].map(
    (found) => [found[1]!, found[2] ?? ''] as const,
  );
  const second = [...settings.matchAll(/-f (\S+)/g)].map((found) => found[1]!);
  const { config, diagnostics } = readConfig(['/etc/app.conf', ...second], {
    ...memoryFiles(split(input)),
    environment: { STAGE: 'test' },
    defines: new Map(defines),
    ignoreUnsupported: settings.includes('ignore-unsupported'),
  });
  const parts = diagnostics.map(formatDiagnostic);
  if (settings.includes('dump')) parts.push(dumpConfig(config));
  return parts.length === 0 ? 'nothing to say\n' : `${parts.join('\n')}\n`;
}

function split(input: string): Map<string, string> {
  const files = new Map<string, string>();
  const [first, ...rest] = input.split(/^=== /m);
  files.set('/etc/app.conf', first!);
  for (const part of rest) {
    const end = part.indexOf('\n');
    files.set(part.slice(0, end).trim(), part.slice(end + 1));
  }
  return files;
}
