import { compareVersions } from '../../src/python/installed.js';
import type { GuideCell } from './scenario.js';
import { type Mode, type Scenario, scenarios } from './scenarios.js';

const modes: readonly Mode[] = ['daemon', 'embedded'];

interface Column {
  readonly mode: Mode;
  readonly python: string;
}

/**
 * The table of the guide as Markdown: a row for each scenario, a column for each mode and Python, and below it
 * the reasons.
 */
export function guideTable(cells: readonly GuideCell[]): string {
  const pythons = [...new Set(cells.map(({ python }) => python))].sort(compareVersions);
  const columns = modes.flatMap((mode) => pythons.map((python) => ({ mode, python })));
  const reasons: string[] = [];
  const head = ['', 'scenario', ...columns.map(({ mode, python }) => `${mode} ${python}`)];
  const rows = scenarios.map((scenario) => [
    String(scenario.number),
    `[${scenario.title}](examples/guide/${scenario.folder})`,
    ...columns.map((column) => words(scenario, column, cells, reasons)),
  ]);
  return [
    row(head),
    row(head.map(() => '---')),
    ...rows.map(row),
    ...(reasons.length > 0 ? [''] : []),
    ...reasons.map((reason, index) => `${index + 1}. ${reason}`),
  ].join('\n');
}

function words(
  { number, modes }: Scenario,
  column: Column,
  cells: readonly GuideCell[],
  reasons: string[],
): string {
  if (!modes.includes(column.mode)) return '';
  const cell = cells.find(
    (one) => one.number === number && one.mode === column.mode && one.python === column.python,
  );
  if (!cell) return 'not tried';
  const { outcome, reason } = cell;
  if (reason === undefined) return outcome;
  if (!reasons.includes(reason)) reasons.push(reason);
  return `${outcome} (${reasons.indexOf(reason) + 1})`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

const begin = '<!-- the table of the guide: npm run guide -- --write -->';
const end = '<!-- end of the table of the guide -->';

/** Puts a table into a document that has the marks for it. */
export function withTable(document: string, table: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the document has no "${begin}" … "${end}"`);
  return `${document.slice(0, from + begin.length)}\n\n${table}\n\n${document.slice(to)}`;
}

/** The table of a document; empty where it has none. */
export function tableOf(document: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  return from < 0 || to < from ? '' : document.slice(from + begin.length, to).trim();
}
