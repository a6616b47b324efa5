/** Whether a rule holds for all, some or none of a set of requests. */
export type Applies = 'always' | 'maybe' | 'never';

/** The same for a set that is made of others. */
export function together(parts: readonly Applies[]): Applies {
  const [first = 'never', ...rest] = parts;
  return rest.every((part) => part === first) ? first : 'maybe';
}

/** Two conditions that must both hold. */
export function both(a: Applies, b: Applies): Applies {
  if (a === 'never' || b === 'never') return 'never';
  return a === 'always' ? b : a;
}

export function certainly(holds: boolean): Applies {
  return holds ? 'always' : 'never';
}
