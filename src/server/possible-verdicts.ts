import type { AccessRule } from '../plan/plan.js';

type Verdict = 'granted' | 'denied' | 'neutral';
type Verdicts = ReadonlySet<Verdict>;

/** Whom a rule lets in, as far as it can be said without a request; parts count as independent of each other. */
export function whomLetsIn(rule: AccessRule): 'all' | 'some' | 'nobody' {
  const verdicts = possible(rule);
  if (!verdicts.has('granted')) return 'nobody';
  return verdicts.size === 1 ? 'all' : 'some';
}

function possible(rule: AccessRule): Verdicts {
  switch (rule.kind) {
    case 'granted':
    case 'denied':
      return new Set([rule.kind]);
    case 'not': {
      const of = possible(rule.of);
      return those({ denied: of.has('granted'), neutral: mayBeOther(of, 'granted') });
    }
    case 'all':
    case 'any':
    case 'none':
      return combined(rule.kind, rule.of.map(possible));
    default:
      return new Set(['granted', 'denied']);
  }
}

/** As the gateway combines them: all, none denies and one grants; any, one grants; none, none grants. */
function combined(kind: 'all' | 'any' | 'none', parts: readonly Verdicts[]): Verdicts {
  const oneGrants = parts.some((part) => part.has('granted'));
  const noneGrants = parts.every((part) => mayBeOther(part, 'granted'));
  if (kind === 'none') return those({ denied: oneGrants, neutral: noneGrants });
  if (kind === 'any') return those({ granted: oneGrants, denied: noneGrants });
  return those({
    granted: oneGrants && parts.every((part) => mayBeOther(part, 'denied')),
    denied: noneGrants || parts.some((part) => part.has('denied')),
  });
}

function mayBeOther(verdicts: Verdicts, verdict: Verdict): boolean {
  return [...verdicts].some((one) => one !== verdict);
}

function those(may: Partial<Record<Verdict, boolean>>): Verdicts {
  return new Set((['granted', 'denied', 'neutral'] as const).filter((verdict) => may[verdict]));
}
