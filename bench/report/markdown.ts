import type { MetricName } from '../scenarios/scenario.js';
import { type Metric, metric, metrics, show } from './metrics.js';
import {
  median,
  type Results,
  ratio,
  type ScenarioResult,
  type ServerResult,
  valuesOf,
} from './results.js';

/** A table for each scenario. */
export function toMarkdown(results: Results): string {
  const servers = results.servers.map(({ name, version }) => `| ${name} | ${version} |`);
  return [
    `${results.date}, ${results.machine}; ${results.rounds} rounds of ${results.seconds} s. Figures are medians; "×" is ${results.reference} divided by the server in the same round: median (minimum to maximum).`,
    '',
    '| server | version |',
    '|---|---|',
    ...servers,
    ...results.scenarios.flatMap((scenario) => ['', ...section(results, scenario)]),
    '',
  ].join('\n');
}

function section(results: Results, scenario: ScenarioResult): string[] {
  const columns = metrics.filter(({ name }) => isUsed(scenario, name));
  const compared = comparedMetrics(scenario);
  const heads = [
    'server',
    ...columns.map(({ title }) => title),
    ...compared.map(({ title }) => `× ${title}`),
  ];
  const reference = scenario.servers.find(({ name }) => name === results.reference);
  return [
    `### ${scenario.name}`,
    '',
    `${scenario.text}.`,
    '',
    row(heads),
    row(heads.map((_, index) => (index === 0 ? '---' : '--:'))),
    ...scenario.servers.map((server) => row(cells(server, reference, { columns, compared }))),
  ];
}

function cells(
  server: ServerResult,
  reference: ServerResult | undefined,
  { columns, compared }: { columns: readonly Metric[]; compared: readonly Metric[] },
): string[] {
  if (server.samples.every((sample) => sample === undefined))
    return [`${server.name}: ${server.note ?? 'not measured'}`];
  const values = columns.map(({ name, digits }) => {
    const value = median(valuesOf(server, name));
    return value === undefined ? '' : show(value, digits);
  });
  const ratios = compared.map(({ name }) => showRatio(server, reference, name));
  const name = server.note === undefined ? server.name : `${server.name} (${server.note})`;
  return [name, ...values, ...ratios];
}

export function showRatio(
  server: ServerResult,
  reference: ServerResult | undefined,
  name: MetricName,
): string {
  if (!reference || reference === server) return '';
  const found = ratio(reference, server, name);
  return found
    ? `**${show(found.median, 2)}** (${show(found.min, 2)} to ${show(found.max, 2)})`
    : '';
}

/** The primary figure, and CPU and p99 where they exist. */
function comparedMetrics(scenario: ScenarioResult): Metric[] {
  const names = new Set<MetricName>([scenario.primary, 'p99', 'cpu']);
  return [...names].filter((name) => isUsed(scenario, name)).map(metric);
}

function isUsed(scenario: ScenarioResult, name: MetricName): boolean {
  return scenario.servers.some((server) => valuesOf(server, name).length > 0);
}

function row(values: readonly string[]): string {
  return `| ${values.join(' | ')} |`;
}
