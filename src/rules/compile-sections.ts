import type {
  AccessRule,
  EnvironmentRule,
  HostPlan,
  RequestSettings,
  SectionPlan,
} from '../plan/plan.js';
import type { Place } from './located.js';
import { type Located, placeOf } from './located.js';
import {
  directoryMatcher,
  locationMatcher,
  type Matcher,
  nameMatcher,
  type Variable,
  withinMatcher,
} from './matchers.js';
import { mergeSlashes } from './url-text.js';

/** What holds for a request, and the variables that named groups of sections give it. */
export interface Settled {
  readonly settings: RequestSettings;
  /** From sections that look at the file: the same for every request of it. */
  readonly variables: readonly Variable[];
  /** From sections that look at the URL; absent where there are none. Those of the file count more. */
  readonly variablesOf?: (path: string) => readonly Variable[];
}

export interface Sections {
  /** Which of the location sections hold for a URL path, as a key to keep a route under; `''` for none. */
  locationsOf(path: string): string;
  /** What holds for a file and a set of location sections. */
  settle(where: Located, locations: string, override: Partial<RequestSettings>): Settled;
}

type Compiled =
  | { readonly section: SectionPlan; readonly url: Matcher<string>; readonly number: number }
  | {
      readonly section: SectionPlan;
      readonly own: Matcher<Place>;
      readonly within: Matcher<Place>;
    };

/** Later sections win key by key; rules for the environment add up. */
export function compileSections(
  host: Pick<HostPlan, 'sections' | 'settings'> & Partial<Pick<HostPlan, 'slashes'>>,
): Sections {
  let count = 0;
  const all = host.sections.map<Compiled>((section) =>
    section.kind === 'location'
      ? { section, url: locationMatcher(section.match), number: count++ }
      : {
          section,
          own:
            section.kind === 'files' ? nameMatcher(section.match) : directoryMatcher(section.match),
          within: withinMatcher(section),
        },
  );
  const locations = all.flatMap((one) =>
    'url' in one ? [{ matches: one.url, literally: one.section.match.kind === 'regex' }] : [],
  );
  const merges = host.slashes?.merge ?? true;

  return {
    locationsOf(path) {
      if (locations.length === 0) return '';
      const merged = merges ? path : mergeSlashes(path);
      let key = '';
      for (let index = 0; index < locations.length; index++) {
        const { matches, literally } = locations[index] as (typeof locations)[number];
        if (matches.holds(literally ? path : merged)) key += `${index},`;
      }
      return key;
    },
    settle(where, chosen, override) {
      const place = placeOf(where);
      const numbers = new Set(chosen.split(',').filter(Boolean).map(Number));
      const holding = all.filter((one) =>
        'url' in one ? numbers.has(one.number) : one.within.holds(place) && one.own.holds(place),
      );
      const sections = holding.map(({ section }) => section);
      const settings = sections.reduce(merge, host.settings);
      const asked = holding.flatMap((one) => ('url' in one ? (one.url.variables ?? []) : []));
      return {
        settings: { ...settings, access: accessOf(host.settings.access, sections), ...override },
        variables: holding.flatMap((one) =>
          'own' in one ? (one.own.variables?.(place) ?? []) : [],
        ),
        ...(asked.length > 0 && {
          variablesOf: (path: string) => asked.flatMap((variables) => variables(path)),
        }),
      };
    },
  };
}

function merge(below: RequestSettings, { settings: above }: SectionPlan): RequestSettings {
  const environment: readonly EnvironmentRule[] = above.environment
    ? [...below.environment, ...above.environment]
    : below.environment;
  return { ...below, ...above, environment };
}

/** What a section, or several as one, states of access; neither: nothing. */
interface Stated {
  readonly access?: AccessRule | undefined;
  readonly accessMerging?: 'and' | 'or' | undefined;
}

/** As Apache does, the sections of one kind become one first, and that is joined with what holds outside. */
function accessOf(outside: AccessRule, sections: readonly SectionPlan[]): AccessRule {
  const unstated = outside.kind === 'denied' && outside.unstated;
  const kinds = (['directory', 'files', 'location'] as const).map((kind) =>
    sections
      .filter((section) => section.kind === kind)
      .map(({ settings: { access }, accessMerging }) => ({ access, accessMerging }))
      .reduce(joined, nothing),
  );
  return kinds.reduce<Stated>(joined, unstated ? nothing : { access: outside }).access ?? outside;
}

const nothing: Stated = {};

/** AuthMerging: what is above replaces what is below, or both count. Source: mod_authz_core, merging. */
function joined(below: Stated, above: Stated): Stated {
  const { access, accessMerging } = above;
  if (!accessMerging) return access ? above : below;
  if (!below.access || !access) return { access: access ?? below.access, accessMerging };
  const kind = accessMerging === 'and' ? 'all' : 'any';
  return { access: { kind, of: [below.access, access] }, accessMerging };
}
