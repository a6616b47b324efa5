import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Diagnostic, formatDiagnostic } from '../../src/base/diagnostic.js';
import { memoryFiles } from '../../src/config/memory.js';
import { readConfig } from '../../src/config/read.js';
import { buildPlan, refusesStart } from '../../src/plan/build.js';
import { collectFacts } from '../../src/plan/collect-facts.js';
import { planForScript } from '../../src/plan/for-script.js';
import { formatPlan } from '../../src/plan/format.js';
import type { Plan } from '../../src/plan/plan.js';
import { describedMachine } from '../support/described-machine.js';

/**
 * Each file of golden/plan is a configuration, a line `=== machine` with what the machine is like beside the
 * usual (see tests/support/described-machine.ts), a line `----`, and what it must lead to: the diagnostics as
 * a terminal shows them, the plan, and whether it may start.
 * First-line words: `# listen [ADDRESS:]PORT`, as `--listen`; `# serve SCRIPT [--venv DIR]` instead of a
 * configuration, in the folder /srv/app. UPDATE_GOLDEN=1 writes the expected parts anew.
 */
const folder = join(
  dirname(fileURLToPath(import.meta.url)).replace(/dist\/tests\/golden$/, 'tests/golden'),
  'plan',
);

for (const name of readdirSync(folder)
  .filter((entry) => entry.endsWith('.txt'))
  .sort()) {
  test(`plan golden: ${name.replace(/\.txt$/, '').replaceAll('-', ' ')}`, async () => {
    const path = join(folder, name);
    const text = readFileSync(path, 'utf8');
    const cut = text.search(/^----$/m);
    const input = cut < 0 ? text : text.slice(0, cut);
    const actual = await outcome(input);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, `${input}----\n${actual}`);
    else assert.equal(cut < 0 ? '' : text.slice(cut + 5), actual);
  });
}

async function outcome(input: string): Promise<string> {
  const [text = '', described = ''] = input.split(/^=== machine\n/m);
  const serve = /^# serve (\S+)(?: --venv (\S+))?$/m.exec(text);
  if (serve) {
    const [, script = '', venv] = serve;
    const { plan, diagnostics } = await planForScript(
      { folder: '/srv/app', script, ...(venv !== undefined && { venv }) },
      describedMachine(described),
    );
    return told(plan, diagnostics);
  }
  const read = readConfig(['/etc/app.conf'], {
    ...memoryFiles(new Map([['/etc/app.conf', text]])),
    environment: {},
    defines: new Map(),
    ignoreUnsupported: false,
  });
  const listen = /^# listen (?:(\S+):)?(\d+)$/m.exec(text);
  const facts = await collectFacts(read.config, describedMachine(described));
  const { plan, diagnostics } = buildPlan(read.config, facts, {
    ...(listen && {
      listen: [{ ...(listen[1] && { address: listen[1] }), port: Number(listen[2]) }],
    }),
  });
  return told(plan, [...read.diagnostics, ...diagnostics]);
}

function told(plan: Plan, diagnostics: readonly Diagnostic[]): string {
  return [
    ...diagnostics.map((found) => `${formatDiagnostic(found)}\n`),
    diagnostics.length > 0 ? '\n' : '',
    formatPlan(plan),
    refusesStart(plan, diagnostics) ? '\ndoes not start\n' : '',
  ].join('');
}
