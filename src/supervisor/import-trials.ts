import {
  type ImportFailed,
  type Loaded,
  type Loading,
  type Outdated,
  scriptKey,
  type Tried,
} from '../protocol/control.js';
import { delayAfterImports } from './restart-policy.js';

/** One place of a process that can try a script, by starting a successor to the process that it has. */
export interface Trier {
  /** False where it has no process that could be succeeded, or one that is being succeeded. */
  tryScript(wish: Outdated): boolean;
  /** Tells its processes what another one could not import. */
  tell(tried: Tried): void;
  /** What stands for the file that its process serves; undefined where it has none. */
  stampOf(script: Loaded): string | undefined;
  /** Whether its process does without this script, because it could not be imported. */
  lacks(key: string): boolean;
}

/** How a trial ended. A failure may be that of another script than the one that was to be tried. */
export type Verdict =
  | { readonly kind: 'succeeded' }
  /** `failure` is absent where the new process ended, or did not start, without saying more than `reason`. */
  | { readonly kind: 'failed'; readonly reason: string; readonly failure?: ImportFailed };

interface Failure {
  readonly failure: ImportFailed;
  /** Attempts without any change. */
  readonly attempts: number;
  /** Failures one soon after the other, changed or not. */
  readonly run: number;
  readonly at: number;
}

/** What is remembered is bounded: any file of a folder of scripts may be asked for. */
const mostFailures = 500;
const mostScripts = 1000;
const mostWishes = 500;
const mostText = 4 * 1024 * 1024;
/** Milliseconds. */
const firstPause = 2_000;
const longestPause = 60_000;
/** Between two trials of any scripts, where nothing has changed. */
const longestGap = 30_000;
/** Successors that are started for one wish, where each finds another script that cannot be imported. */
const mostTurns = 10;
/** After this time a failure is not one of a row any more. */
const quiet = 10_000;

/**
 * Scripts that the processes of a set could not import, and who may try one again when. One process of the set tries
 * at a time; when it has succeeded, the others that have seen the same change follow at once.
 */
export class ImportTrials {
  readonly #now: () => number;
  readonly #later: (milliseconds: number, then: () => void) => () => void;
  readonly #triers = new Set<Trier>();
  readonly #failures = new Map<string, Failure>();
  /** What stands for the newest file of a script that was imported. */
  readonly #newest = new Map<string, string>();
  readonly #trying = new Map<Trier, { readonly wish: Outdated; readonly turn: number }>();
  readonly #waiting = new Map<Trier, Map<string, Outdated>>();
  #gapUntil = Number.NEGATIVE_INFINITY;
  #idleTrials = 0;
  #cancel: (() => void) | undefined;

  /** @param now milliseconds of a clock that nobody sets. */
  constructor(
    now: () => number,
    later: (milliseconds: number, then: () => void) => () => void = laterByTimer,
  ) {
    this.#now = now;
    this.#later = later;
  }

  add(trier: Trier): void {
    this.#triers.add(trier);
  }

  /** What a process that starts need not try itself. */
  known(): Tried[] {
    const newest: Tried[] = [];
    let length = 0;
    for (const one of [...this.#failures.values()].toReversed()) {
      length += one.failure.files.length;
      if (length > mostText) break;
      newest.push(this.#triedOf(one));
    }
    return newest;
  }

  /** A process asks for another attempt. It is answered by a successor, or by `tell`. */
  wish(trier: Trier, wish: Outdated): void {
    const wishes = this.#waiting.get(trier) ?? new Map<string, Outdated>();
    if (wishes.size >= mostWishes && !wishes.has(keyOf(wish))) {
      const failure = failureOf(wish, 'too many other scripts wait to be imported');
      trier.tell(this.#triedOf({ failure, attempts: 1, run: 1, at: this.#now() }));
      return;
    }
    this.#waiting.set(trier, wishes.set(keyOf(wish), wish));
    this.#next();
  }

  loaded(script: Loaded, stamp: string): void {
    const key = keyOf(script);
    this.#failures.delete(key);
    if (this.#newest.size >= mostScripts) this.#newest.clear();
    this.#newest.set(key, stamp);
  }

  cannotImport(script: Loaded): boolean {
    return this.#failures.has(keyOf(script));
  }

  /** Keys of the scripts that could not be imported, and that a process of this set has from before. */
  served(): { readonly key: string; readonly script: Loaded }[] {
    return [...this.#failures]
      .filter(([, { failure }]) =>
        [...this.#triers].some((trier) => trier.stampOf(failure) !== undefined),
      )
      .map(([key, { failure }]) => ({ key, script: failure }));
  }

  /** A process has ended: what the others have may be the newest by now. */
  tellAgain(): void {
    for (const one of this.#failures.values()) this.#tell(one);
  }

  /** A process could not import a script, on trial or not. @returns whether that is news. */
  failed(failure: ImportFailed, from?: Trier): boolean {
    const key = keyOf(failure);
    const before = this.#failures.get(key);
    const again = before !== undefined && isSame(before.failure, failure);
    const now = this.#now();
    const soon = before !== undefined && now - before.at < quiet;
    const one = {
      failure,
      attempts: again ? before.attempts + 1 : 1,
      run: soon ? before.run + 1 : 1,
      at: now,
    };
    this.#failures.delete(key);
    this.#failures.set(key, one);
    if (this.#failures.size > mostFailures)
      this.#failures.delete(this.#failures.keys().next().value as string);
    this.#tell(one, from);
    return !again;
  }

  #tell(one: Failure, from?: Trier): void {
    for (const trier of this.#triers)
      if (trier !== from && !this.#isBehind(trier, one.failure)) trier.tell(this.#triedOf(one));
  }

  /** Whether another process has a newer file of this script: then requests for it need not be answered here. */
  #isBehind(trier: Trier, script: Loaded): boolean {
    const newest = this.#newest.get(keyOf(script));
    const own = trier.stampOf(script);
    if (own === undefined || newest === undefined || own === newest) return false;
    return [...this.#triers].some((other) => other.stampOf(script) === newest);
  }

  /** The process ended while it executed these scripts. */
  died(scripts: readonly Loading[], reason: string): void {
    for (const script of scripts) this.failed(failureOf(script, reason));
  }

  /** @returns whether the failure is news. */
  over(trier: Trier, verdict: Verdict): boolean {
    const trial = this.#trying.get(trier);
    if (!trial) return false;
    const { wish, turn } = trial;
    this.#trying.delete(trier);
    if (verdict.kind === 'succeeded') {
      this.#succeeded(trier, wish);
      this.#next();
      return false;
    }
    const { failure, reason } = verdict;
    if (failure && keyOf(failure) !== keyOf(wish)) {
      // The next one need not import that: the process that has it serves on for its requests.
      const news = this.failed(failure);
      if (turn < mostTurns && this.#try(trier, wish, turn + 1)) return news;
    }
    const own = failure && keyOf(failure) === keyOf(wish);
    const news = this.failed(own ? failure : failureOf(wish, reason));
    if (wish.why === 'due') {
      const gap = Math.min(longestGap, firstPause * 2 ** Math.min(this.#idleTrials++, 10));
      this.#gapUntil = this.#now() + gap;
    }
    for (const wishes of this.#waiting.values()) wishes.delete(keyOf(wish));
    this.#next();
    return news;
  }

  /** A process is ready there: what it was asked for while it was starting may be tried. */
  ready(): void {
    this.#next();
  }

  /** Nothing starts there any more. */
  forget(trier: Trier): void {
    this.#triers.delete(trier);
    this.#waiting.delete(trier);
    this.#trying.delete(trier);
    if (this.#triers.size === 0) this.#cancel?.();
    else this.#next();
  }

  #succeeded(trier: Trier, wish: Outdated): void {
    const key = keyOf(wish);
    this.#failures.delete(key);
    // Of what could not be imported, the old process is still there.
    for (const other of this.#waiting.get(trier)?.keys() ?? [])
      if (!this.#failures.has(other)) this.#waiting.get(trier)?.delete(other);
    this.#idleTrials = 0;
    this.#gapUntil = Number.NEGATIVE_INFINITY;
    // The others follow, whether they have seen the change yet or not.
    const newest = trier.stampOf(wish);
    for (const other of this.#triers) {
      if (other === trier) continue;
      const asks = this.#waiting.get(other)?.delete(key);
      const stamp = other.stampOf(wish);
      const behind = stamp === undefined ? other.lacks(key) : stamp !== newest;
      if (asks || behind) this.#try(other, wish);
    }
  }

  /** Begins the next trial, if none runs. */
  #next(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#trying.size > 0) return;
    let soonest = Number.POSITIVE_INFINITY;
    for (const [trier, wishes] of this.#waiting)
      for (const [key, wish] of wishes) {
        const wait = this.#waitFor(wish);
        if (wait > 0 && wish.why === 'changed') {
          soonest = Math.min(soonest, wait);
          continue;
        }
        const known = this.#failures.get(key);
        if (wait > 0 && known) {
          wishes.delete(key);
          trier.tell(this.#triedOf(known));
        } else if (this.#try(trier, wish)) {
          wishes.delete(key);
          return;
        }
      }
    if (Number.isFinite(soonest)) this.#cancel = this.#later(soonest, () => this.#next());
  }

  #try(trier: Trier, wish: Outdated, turn = 1): boolean {
    if (!trier.tryScript(wish)) return false;
    this.#trying.set(trier, { wish, turn });
    return true;
  }

  /** Milliseconds until this may be tried. */
  #waitFor(wish: Outdated): number {
    if (wish.why === 'due') return this.#gapUntil - this.#now();
    const before = this.#failures.get(keyOf(wish));
    return before ? before.at + delayAfterImports(before.run) - this.#now() : 0;
  }

  #triedOf({ failure, attempts, at }: Failure): Tried {
    const { lasting, ...rest } = failure;
    if (lasting) return { ...rest, seconds: null };
    const pause = Math.min(longestPause, firstPause * 2 ** Math.min(attempts - 1, 10));
    const until = Math.max(at + pause, this.#gapUntil);
    return { ...rest, seconds: Math.max(0, until - this.#now()) / 1000 };
  }
}

/** Of a script whose process told nothing but its end. */
export function failureOf(script: Loading, reason: string): ImportFailed {
  const { application_group } = script;
  const files = `${script.stamp} ${script.script}\n`;
  return { script: script.script, application_group, kind: '', reason, files, lasting: false };
}

/** The same error, and no file has changed in between: nobody needs to be told. */
function isSame(one: ImportFailed, other: ImportFailed): boolean {
  const stamps = stampsOf(one);
  return (
    one.kind === other.kind &&
    [...stampsOf(other)].every(([path, stamp]) => (stamps.get(path) ?? stamp) === stamp)
  );
}

function stampsOf({ files }: ImportFailed): Map<string, string> {
  const lines = files.split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const at = line.indexOf(' ');
      return [line.slice(at + 1), line.slice(0, at)];
    }),
  );
}

function keyOf({ script, application_group }: Loaded): string {
  return scriptKey(script, application_group);
}

function laterByTimer(milliseconds: number, then: () => void): () => void {
  const timer = setTimeout(then, milliseconds);
  return () => clearTimeout(timer);
}
