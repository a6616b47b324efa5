import type { GroupName } from './plan.js';

/**
 * The name of a process or application group as mod_wsgi reads it: a token must be the whole value,
 * everything else is the literal name (reference: `wsgi_process_group`, `wsgi_application_group`).
 */
export function parseGroupName(text: string): GroupName {
  switch (text) {
    case '%{GLOBAL}':
      return { kind: 'literal', name: '' };
    case '%{SERVER}':
      return { kind: 'server' };
    case '%{RESOURCE}':
      return { kind: 'resource' };
    case '%{HOST}':
      return { kind: 'host' };
  }
  const variable = /^%\{ENV:([^}]+)\}$/.exec(text)?.[1];
  return variable === undefined ? { kind: 'literal', name: text } : { kind: 'env', variable };
}

/** WSGICallableObject knows only `%{ENV:x}`; any other `%` value stands for `application`. */
export function parseCallable(text: string): GroupName {
  const name = parseGroupName(text);
  if (name.kind === 'env') return name;
  return { kind: 'literal', name: text.startsWith('%') || text === '' ? 'application' : text };
}

/** As a person would write it. */
export function formatGroupName(name: GroupName): string {
  switch (name.kind) {
    case 'literal':
      return name.name === '' ? '%{GLOBAL}' : name.name;
    case 'env':
      return `%{ENV:${name.variable}}`;
    default:
      return `%{${name.kind.toUpperCase()}}`;
  }
}
