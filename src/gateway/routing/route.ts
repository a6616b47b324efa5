import { dirname } from 'node:path';
import type { HostPlan, MountPlan, RequestSettings } from '../../plan/plan.js';
import type { Settled } from '../../rules/compile-sections.js';
import type { Located } from '../../rules/located.js';
import { type Access, compileAccess } from './access.js';
import { compileVariables, type Variables, type VariablesOf } from './variables.js';

/** What is the same for all requests of one script or one static file, as far as sections go. */
export interface Route {
  readonly host: HostPlan;
  readonly settings: RequestSettings;
  readonly access: Access;
  readonly variablesOf: VariablesOf;
  /** The script or the static file. */
  readonly file: string;
  readonly directory: string;
  /** Whether it is of a mount; else of static files. */
  readonly mounted: boolean;
  /** Whether a client can choose what the resource is called: with a regex, its own text is SCRIPT_NAME. */
  readonly freeNames: boolean;
  /** What environ keeps for the next request. */
  readonly memory: {
    shared?: {
      readonly source: ScriptNames;
      readonly dialect: 2 | 3;
      readonly secure: boolean;
      readonly text: string;
    };
    variables?: { readonly dialect: 2 | 3; readonly variables: Variables; readonly text: string };
  };
}

/** What requests of one route can differ in although their script is the same. */
export interface ScriptNames {
  readonly scriptName: string;
  readonly processGroup: string;
  readonly applicationGroup: string;
  readonly callable: string;
}

/** Where a request leads. Access is checked by the caller, before anything of the outcome is told. */
export interface Resolution {
  readonly route: Route;
  readonly path: string;
  readonly query: string;
  readonly outcome: Outcome;
  /** Of what answers for a folder: that folder, and those around it; who may not see it sees no index. */
  readonly folders?: readonly Asked[];
  /** And what answers where this one is closed. */
  readonly otherwise?: () => Resolution;
}

/** A URL path that access is asked for. */
export interface Asked {
  readonly route: Route;
  readonly path: string;
}

export type Outcome =
  | { readonly kind: 'wsgi'; readonly scriptName: string; readonly pathInfo: string }
  | { readonly kind: 'file' }
  /** A folder was asked for without the slash at its end. */
  | { readonly kind: 'redirect' }
  | { readonly kind: 'fail'; readonly status: number; readonly reason: string };

export interface Unresolved {
  readonly status: number;
  readonly reason: string;
}

export function makeRoute(
  host: HostPlan,
  { file, form }: Located,
  { settings, ...matched }: Settled,
  mount: MountPlan | undefined,
): Route {
  return {
    host,
    settings,
    access: compileAccess(settings.closed === undefined ? settings.access : { kind: 'denied' }),
    variablesOf: compileVariables(settings.environment, matched),
    file,
    directory: form === 'folder' ? file : dirname(file),
    mounted: mount !== undefined,
    freeNames: mount?.url.kind === 'regex',
    memory: {},
  };
}

const mostRoutes = 4096;

/** Routes by what decides about them; in tables by file name, so that no key has to be put together. */
export class RouteTable {
  readonly #tables = new Map<number, Map<string, Route>>();
  #size = 0;

  /** @param mount its number, -1 for static files. */
  get(where: Located, locations: string, mount: number): Route | undefined {
    return this.#tables.get(tableOf(where, mount))?.get(keyOf(where, locations));
  }

  set(where: Located, locations: string, mount: number, route: Route): void {
    if (++this.#size > mostRoutes) {
      this.#tables.clear();
      this.#size = 1;
    }
    const number = tableOf(where, mount);
    const table = this.#tables.get(number) ?? new Map<string, Route>();
    this.#tables.set(number, table.set(keyOf(where, locations), route));
  }
}

const formNumbers = { whole: 0, rest: 1, folder: 2, index: 3 } as const;

function tableOf({ form }: Located, mount: number): number {
  return 4 * mount + formNumbers[form];
}

function keyOf({ file }: Located, locations: string): string {
  return locations === '' ? file : `${locations}|${file}`;
}
