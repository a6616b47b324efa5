import { MatchTimeout } from '../patterns/timed.js';
import type { AliasPlan, SectionPlan, UrlMatch } from '../plan/plan.js';
import { type Applies, both, certainly, together } from './applies.js';
import type { Place } from './located.js';
import { type Form, placeOf } from './located.js';
import {
  directoryMatcher,
  locationMatcher,
  type Matcher,
  nameMatcher,
  withinMatcher,
} from './matchers.js';
import { mergeSlashes, toUrlText } from './url-text.js';

/** What is known of a mount before any request: `folder`, its target is a folder of files. */
export type MountTarget = AliasPlan & { readonly folder: boolean };

/** Whether a section holds for all, some or none of the requests that a mount takes: its matcher over all of them. */
export function sectionApplies(section: SectionPlan, mount: MountTarget): Applies {
  try {
    return applies(section, mount);
  } catch (error) {
    // The pattern is one that `check` warns of: each request is asked.
    if (error instanceof MatchTimeout) return 'maybe';
    throw error;
  }
}

function applies(section: SectionPlan, mount: MountTarget): Applies {
  if (section.kind === 'location') return overUrls(locationMatcher(section.match), mount.url);
  const own =
    section.kind === 'files' ? nameMatcher(section.match) : directoryMatcher(section.match);
  return both(overFiles(withinMatcher(section), mount), overFiles(own, mount));
}

function overUrls(matcher: Matcher<string>, url: UrlMatch): Applies {
  if (url.kind === 'regex') return matcher.below('/');
  const prefix = mergeSlashes(toUrlText(url.prefix));
  if (prefix.endsWith('/')) return matcher.below(prefix);
  return together([certainly(matcher.holds(prefix)), matcher.below(`${prefix}/`)]);
}

function overFiles(matcher: Matcher<Place>, mount: MountTarget): Applies {
  const start = fixedStart(mount);
  if (start !== undefined) return matcher.below(start);
  return together(
    formsOf(mount).map((form) => certainly(matcher.holds(placeOf({ file: mount.target, form })))),
  );
}

/** How the files of a mount begin where requests choose them; undefined where there is one file alone. */
function fixedStart({ url, target, folder }: MountTarget): string | undefined {
  // With `$1` in it the path is known only up to there.
  const known = url.kind === 'regex' ? target.replace(/\\?\$.*$/s, '') : target;
  if (known !== target) return known;
  if (!folder) return undefined;
  const open = target.endsWith('/') || (url.kind === 'prefix' && /[^/]\/+$/.test(url.prefix));
  return open ? target : `${target}/`;
}

/** A mount for `/` leaves a rest of each URL, be it a slash. */
function formsOf({ url }: MountTarget): readonly Form[] {
  return url.kind === 'prefix' && url.prefix === '/' ? ['rest'] : ['whole', 'rest'];
}
