import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { repository } from '../support/run-folder.js';

/**
 * The architecture as one table: a folder of src/ may import from itself and from the folders named here.
 * `types` are folders of which only types may be imported. ARCHITECTURE.md draws the same table.
 */
const layers: Readonly<Record<string, { readonly from: string[]; readonly types?: string[] }>> = {
  base: { from: [] },
  patterns: { from: [] },
  config: { from: ['base', 'patterns'] },
  protocol: { from: ['base'] },
  python: { from: ['base'] },
  rules: { from: ['base', 'patterns'], types: ['plan'] },
  plan: { from: ['base', 'patterns', 'config', 'protocol', 'python', 'rules'] },
  supervisor: { from: ['base', 'protocol', 'python'], types: ['plan'] },
  gateway: { from: ['base', 'patterns', 'protocol', 'rules'], types: ['plan'] },
  embed: { from: ['base', 'protocol'], types: ['plan'] },
  observe: { from: ['base'], types: ['plan'] },
  server: {
    from: ['base', 'protocol', 'python', 'plan', 'supervisor', 'gateway', 'embed', 'observe'],
  },
  cli: { from: ['base', 'config', 'python', 'plan', 'observe', 'server'] },
};

/** The file that knows Node's HTTP server; everything else stands behind its seam. */
const mayImportHttp = 'gateway/http/front.ts';
/** The only file that may reach into Node for a bound but not yet listening handle. */
const mayCreateHandles = 'supervisor/listening-handle.ts';
/** A longer file holds more than one idea. */
const longestFile = 400;

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

const root = join(repository, 'src');
const sources = new Map(
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => [name, readFileSync(join(root, name), 'utf8')] as const),
);

test('every folder of src/ is in the table of layers', () => {
  const folders = new Set([...sources.keys()].map(layerOf));
  assert.deepEqual(
    [...folders].filter((folder) => !(folder in layers)),
    [],
  );
});

test('a layer imports only from the layers below it', () => {
  const wrong = [...sources].flatMap(([file, text]) =>
    importsOf(file, text)
      .filter((one) => one.target.startsWith('./') === false && !allowed(file, one))
      .map((one) => `${file} imports ${one.typeOnly ? 'types of ' : ''}${one.target}`),
  );
  assert.deepEqual(wrong, []);
});

test('no file imports itself in a circle, types counted', () => {
  const graph = new Map(
    [...sources].map(([file, text]) => [file, importsOf(file, text).map((one) => one.target)]),
  );
  assert.deepEqual(findCycle(graph), undefined);
});

test('only the HTTP front end knows node:http', () => {
  const wrong = [...sources]
    .filter(([, text]) => /from 'node:https?'/.test(text))
    .map(([file]) => file)
    .filter((file) => file !== mayImportHttp);
  assert.deepEqual(wrong, []);
});

test('only one file makes bound handles with a function that Node does not document', () => {
  const wrong = [...sources]
    .filter(([, text]) => text.includes('_createServerHandle'))
    .map(([file]) => file)
    .filter((file) => file !== mayCreateHandles);
  assert.deepEqual(wrong, []);
});

test('a file is one idea and not a long one', (t) => {
  const lengths = [...sources].map(([file, text]) => ({
    file,
    lines: text.split('\n').length - 1,
  }));
  for (const { file, lines } of lengths)
    if (lines > 250) t.diagnostic(`${file} has ${lines} lines`);
  assert.deepEqual(
    lengths.filter(({ lines }) => lines > longestFile),
    [],
  );
});

test('ARCHITECTURE.md shows the table of layers as it is', () => {
  const manual = readFileSync(join(repository, 'ARCHITECTURE.md'), 'utf8');
  for (const [name, { from, types }] of Object.entries(layers)) {
    const words = [
      from.map((one) => `\`${one}\``).join(', ') || 'nothing',
      types ? `types of ${types.map((one) => `\`${one}\``).join(', ')}` : '',
    ];
    const row = `| \`${name}\` | ${words.filter(Boolean).join('; ')} |`;
    assert.ok(manual.includes(row), `ARCHITECTURE.md lacks the row: ${row}`);
  }
});

function allowed(file: string, { target, typeOnly }: Import): boolean {
  const here = layerOf(file);
  const there = layerOf(target);
  const rule = layers[here];
  if (here === there || !rule) return true;
  return rule.from.includes(there) || (typeOnly && (rule.types ?? []).includes(there));
}

function layerOf(file: string): string {
  return file.split('/')[0]!;
}

/** Imports and re-exports between our own files; `target` is a path below src/. */
function importsOf(file: string, text: string): Import[] {
  const found: Import[] = [];
  const pattern =
    /^\s*(?:import|export)\s+(type\s+)?([^'";]*?from\s+)?'(\.[^']+)'|import\('(\.[^']+)'\)/gm;
  for (const match of withoutComments(text).matchAll(pattern)) {
    const path = (match[3] ?? match[4])!;
    const target = normalize(join(dirname(file), path)).replace(/\.js$/, '.ts');
    found.push({ target, typeOnly: match[1] !== undefined || onlyTypeNames(match[2]) });
  }
  return found;
}

/** `import { type A, type B } from …` */
function onlyTypeNames(clause: string | undefined): boolean {
  const names = clause?.match(/^\{([^}]*)\}/)?.[1];
  if (!names) return false;
  return names.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type '));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '');
}

/** The first circle that a depth-first walk meets, as `a -> b -> a`. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): string | undefined {
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): string | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(' -> ');
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const found = walk(next, [...path, file]);
      if (found) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const found = walk(file, []);
    if (found) return found;
  }
  return undefined;
}
