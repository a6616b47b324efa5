import { metric, show } from './metrics.js';
import { median, type Results, type ScenarioResult, valuesOf } from './results.js';

const barHeight = 16;
const gap = 5;
const labelWidth = 170;
const chartWidth = 460;
const width = labelWidth + chartWidth + 110;
const titleHeight = 34;

/** Bars of the primary figure of each scenario; the reference stands out. */
export function toSvg(results: Results): string {
  let y = 8;
  const parts: string[] = [];
  for (const scenario of results.scenarios) {
    const bars = barsOf(scenario);
    if (bars.length === 0) continue;
    parts.push(title(scenario, y + 20));
    y += titleHeight;
    const most = Math.max(...bars.map(({ value }) => value));
    for (const { name, value } of bars) {
      parts.push(bar({ name, value, y, most, scenario, own: name === results.reference }));
      y += barHeight + gap;
    }
    y += 10;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="benchmark results">
<rect width="100%" height="100%" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`;
}

interface Bar {
  readonly name: string;
  readonly value: number;
}

function barsOf(scenario: ScenarioResult): Bar[] {
  return scenario.servers.flatMap((server) => {
    const value = median(valuesOf(server, scenario.primary));
    return value === undefined ? [] : [{ name: server.name, value }];
  });
}

function title(scenario: ScenarioResult, y: number): string {
  const { title: unit, better } = metric(scenario.primary);
  return `<text x="4" y="${y}" font-weight="600" fill="#1b1f24">${escapeXml(scenario.name)} <tspan font-weight="400" fill="#57606a">${escapeXml(unit)}, ${better} is better</tspan></text>`;
}

function bar({
  name,
  value,
  y,
  most,
  scenario,
  own,
}: Bar & { y: number; most: number; scenario: ScenarioResult; own: boolean }): string {
  const length = most === 0 ? 0 : Math.max(1, Math.round((value / most) * chartWidth));
  const { digits } = metric(scenario.primary);
  const middle = y + barHeight - 4;
  return [
    `<text x="${labelWidth - 6}" y="${middle}" text-anchor="end" fill="#1b1f24">${escapeXml(name)}</text>`,
    `<rect x="${labelWidth}" y="${y}" width="${length}" height="${barHeight}" rx="2" fill="${own ? '#2f7d4f' : '#9aa7b4'}"/>`,
    `<text x="${labelWidth + length + 6}" y="${middle}" fill="#57606a">${show(value, digits)}</text>`,
  ].join('\n');
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
