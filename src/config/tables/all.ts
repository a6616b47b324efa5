import type { Declaration } from '../declaration.js';
import { acceptedDirectives } from './accepted.js';
import { accessDirectives } from './access.js';
import { coreDirectives } from './core.js';
import { environmentDirectives } from './environment.js';
import { foreignDeclaration } from './foreign-declaration.js';
import { hostDirectives } from './hosts.js';
import { loggingDirectives } from './logging.js';
import { mappingDirectives } from './mapping.js';
import { readingDeclarations } from './reading.js';
import { sectionDeclarations } from './sections.js';
import { unsupportedDirectives, unsupportedOfFamily } from './unsupported.js';
import { wsgiDirectives } from './wsgi.js';

/** Every declaration, in the order of the manual. */
export const declarations: readonly Declaration[] = [
  ...coreDirectives,
  ...hostDirectives,
  ...sectionDeclarations,
  ...loggingDirectives,
  ...accessDirectives,
  ...mappingDirectives,
  ...environmentDirectives,
  ...wsgiDirectives,
  ...acceptedDirectives,
  ...unsupportedDirectives,
];

const byName: ReadonlyMap<string, Declaration> = new Map(
  declarations.map((declaration) => [key(declaration.kind, declaration.name), declaration]),
);

/** The declaration of a name in any case; families that are not supported are known by their prefix. */
export function findDeclaration(kind: Declaration['kind'], name: string): Declaration | undefined {
  return (
    byName.get(key(kind, name)) ?? unsupportedOfFamily(kind, name) ?? foreignDeclaration(kind, name)
  );
}

export function knownNames(kind: Declaration['kind']): string[] {
  return [...declarations, ...readingDeclarations]
    .filter((found) => found.kind === kind)
    .map((found) => found.name);
}

function key(kind: Declaration['kind'], name: string): string {
  return `${kind} ${name.toLowerCase()}`;
}
