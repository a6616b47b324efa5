import type { ProcessGroupPlan } from '../../plan/plan.js';
import {
  type Dialect,
  encodeKey,
  encodeMarshal,
  encodePair,
  encodeTuple,
} from '../../protocol/marshal.js';
import type { EnvironSource } from './source.js';

/** What the same process says in every environ. */
export interface ConstantFacts {
  /** SERVER_SOFTWARE. */
  readonly software: string;
  readonly pid: number;
  readonly groups: ReadonlyMap<string, ProcessGroupPlan>;
}

/** Versions that applications look at: the mod_wsgi and Apache whose behaviour this server has. */
const modWsgiVersion: readonly number[] = [6, 0, 5];
export const apacheVersion: readonly number[] = [2, 4, 62];

/** The entries of an environ that requests of one script share. */
export function encodeConstants(
  source: EnvironSource,
  facts: ConstantFacts,
  { dialect, secure }: { dialect: Dialect; secure: boolean },
): string {
  const { route, scriptName } = source;
  const { host } = route;
  const group = facts.groups.get(source.processGroup);
  const pair = (key: string, value: string) => encodePair(key, value, dialect);
  const flag = (key: string, value: boolean) =>
    encodeKey(key, dialect) + encodeMarshal(value, dialect);
  const tuple = (key: string, value: readonly number[]) =>
    encodeKey(key, dialect) + encodeTuple(value, dialect);
  const threads = group?.threads ?? 1;
  return (
    pair('GATEWAY_INTERFACE', 'CGI/1.1') +
    pair('SERVER_SIGNATURE', '') +
    pair('SERVER_SOFTWARE', facts.software) +
    pair('DOCUMENT_ROOT', host.documentRoot ?? '') +
    pair('REQUEST_SCHEME', host.scheme ?? 'http') +
    pair('CONTEXT_PREFIX', '') +
    pair('CONTEXT_DOCUMENT_ROOT', host.documentRoot ?? '') +
    pair('SERVER_ADMIN', host.admin) +
    pair('SCRIPT_FILENAME', route.file) +
    pair('SCRIPT_NAME', scriptName) +
    tuple('wsgi.version', [1, 0]) +
    pair('wsgi.url_scheme', secure ? 'https' : 'http') +
    flag('wsgi.multithread', threads !== 1) +
    flag('wsgi.multiprocess', group?.multiprocess ?? false) +
    flag('wsgi.run_once', threads === 1 && group?.maximumRequests === 1) +
    flag('wsgi.input_terminated', true) +
    tuple('apache.version', apacheVersion) +
    tuple('mod_wsgi.version', modWsgiVersion) +
    pair('mod_wsgi.process_group', source.processGroup) +
    pair('mod_wsgi.application_group', source.applicationGroup) +
    pair('mod_wsgi.callable_object', source.callable) +
    pair('mod_wsgi.request_handler', 'wsgi-script') +
    pair('mod_wsgi.handler_script', '') +
    pair('mod_wsgi.script_name', scriptName) +
    pair('mod_wsgi.script_reloading', route.settings.scriptReloading ? '1' : '0') +
    pair('mod_wsgi.server_pid', String(facts.pid))
  );
}
