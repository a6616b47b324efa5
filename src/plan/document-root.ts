import type { Stated } from '../base/span.js';
import type { PlannedHost } from './hosts.js';
import { takesAll } from './shadows.js';

/**
 * The DocumentRoot that a host states itself, where a request can come to it: an alias for `/` takes them
 * all, and then nobody misses what is wrong with the folder.
 */
export function usedDocumentRoot({
  stated,
  files,
  mounts,
}: PlannedHost): Stated<string> | undefined {
  const everything = { kind: 'prefix', prefix: '/' } as const;
  const taken = [...files, ...mounts].some(({ plan }) => takesAll(plan.url, everything));
  return taken ? undefined : stated.documentRoot;
}
