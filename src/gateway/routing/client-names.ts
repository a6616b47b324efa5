import { promises as dns } from 'node:dns';

/** Finds the host names of clients, for `Require host`; only names whose own addresses lead back count. */
export interface ClientNames {
  /** Calls back once, at once where the answer is known. */
  find(address: string, then: (names: readonly string[]) => void): void;
}

const keepMilliseconds = 60_000;
const most = 1000;

export function createClientNames(
  resolver: Pick<typeof dns, 'reverse' | 'lookup'> = dns,
): ClientNames {
  const known = new Map<string, { names: readonly string[]; until: number }>();
  return {
    find(address, then) {
      const entry = known.get(address);
      if (entry && entry.until > performance.now()) {
        then(entry.names);
        return;
      }
      void lookUp(resolver, address).then((names) => {
        if (known.size >= most) known.clear();
        known.set(address, { names, until: performance.now() + keepMilliseconds });
        then(names);
      });
    },
  };
}

async function lookUp(
  resolver: Pick<typeof dns, 'reverse' | 'lookup'>,
  address: string,
): Promise<string[]> {
  const names = await resolver.reverse(address).catch(() => []);
  const checked = await Promise.all(
    names.slice(0, 10).map(async (name) => {
      const back = await resolver.lookup(name, { all: true }).catch(() => []);
      return back.some((found) => found.address === address) ? [name.toLowerCase()] : [];
    }),
  );
  return checked.flat();
}
