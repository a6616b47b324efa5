import { whyNotLinear } from '../patterns/pattern.js';
import type { UrlPattern } from './config.js';

/** What would be open, or shown, where a directive is passed over. */
export type Loss =
  /** Every request in the scope that the directive stands in. */
  | { readonly kind: 'place' }
  /** Every request of a part of the URLs. */
  | { readonly kind: 'url'; readonly url: UrlPattern }
  /** Files are programs: all of the scope, or those with one of the endings (without dot). Mounts still work. */
  | { readonly kind: 'files'; readonly endings?: readonly string[] }
  /** Who the client is: what is required of addresses cannot be judged. */
  | { readonly kind: 'address' }
  /** A variable of the request that a `Require env` may ask for. */
  | { readonly kind: 'variables' };

export type Losses = readonly Loss[];

export const nothing: Losses = [];
export const place: Losses = [{ kind: 'place' }];

export function prefix(path: string | undefined): Losses {
  return path?.startsWith('/') ? [{ kind: 'url', url: { kind: 'prefix', prefix: path } }] : place;
}

/** A pattern that clients could make slow is not worth the precision. */
export function regex(source = ''): Losses {
  try {
    if (whyNotLinear(source) !== undefined) return place;
    return [{ kind: 'url', url: { kind: 'regex', source } }];
  } catch {
    return place;
  }
}

export function variables(): Losses {
  return [{ kind: 'variables' }];
}
