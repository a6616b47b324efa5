import type { Config } from '../../src/config/config.js';

/** A Config as indented lines, without positions and without what is empty. */
export function dumpConfig(config: Config): string {
  return lines(plain(config), '').join('\n');
}

type Plain = string | number | boolean | Plain[] | { [key: string]: Plain };

/** Stated values become the value, maps become objects, positions and empty lists go. */
function plain(value: unknown): Plain | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object') return value as Plain;
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (Array.isArray(value)) {
    const items = value.map(plain).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  const keys = Object.keys(value);
  if (keys.length === 2 && 'value' in value && 'at' in value) return plain(value.value);
  const entries = Object.entries(value)
    .filter(([key]) => key !== 'at')
    .map(([key, entry]) => [key, plain(entry)] as const)
    .filter(([, entry]) => entry !== undefined);
  return entries.length > 0 ? (Object.fromEntries(entries) as Plain) : undefined;
}

function lines(value: Plain | undefined, indent: string): string[] {
  if (value === undefined) return [];
  if (typeof value !== 'object') return [`${indent}${value}`];
  if (isFlat(value)) return [`${indent}${JSON.stringify(value)}`];
  if (Array.isArray(value))
    return value.flatMap((item) => {
      const [first, ...rest] = lines(item, `${indent}  `);
      return [`${indent}- ${first!.trimStart()}`, ...rest];
    });
  return Object.entries(value).flatMap(([key, entry]) =>
    typeof entry !== 'object' || isFlat(entry)
      ? [`${indent}${key}: ${typeof entry === 'object' ? JSON.stringify(entry) : entry}`]
      : [`${indent}${key}:`, ...lines(entry, `${indent}  `)],
  );
}

/** Short enough to stand in one line. */
function isFlat(value: Plain): boolean {
  return JSON.stringify(value).length <= 80;
}
