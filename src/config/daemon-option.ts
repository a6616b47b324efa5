import { diagnostic } from '../base/diagnostic.js';
import type { Stated } from '../base/span.js';
import type { ProcessGroupOptions } from './config.js';
import { type Call, invalid, Refusal } from './declaration.js';
import { flag, integer, stated } from './values.js';

/** One option of WSGIDaemonProcess; reading it and its manual come from here. */
export interface DaemonOption {
  readonly name: string;
  /** The value as the manual shows it. */
  readonly syntax: string;
  readonly default?: string;
  readonly text: string;
  /** Whether the server does what it says; otherwise a value that asks for something gets a warning. */
  readonly honoured: boolean;
  /** Ignoring it would open what it protects: stating it is an error until it works. */
  readonly refused: boolean;
  readonly read: (into: ProcessGroupOptions, value: Stated<string>, call: Call) => void;
}

/** What all kinds of options have to state. */
export interface Facts<K extends keyof ProcessGroupOptions> {
  readonly key: K;
  /** As in mod_wsgi's message: `invalid … for WSGI daemon process`. */
  readonly what: string;
  readonly text: string;
  readonly default?: string;
  readonly honoured?: false;
  readonly refused?: true;
}

/** The keys of the options that hold a value of one type. */
export type KeysOf<T> = {
  [K in keyof ProcessGroupOptions]-?: Stated<T> extends NonNullable<ProcessGroupOptions[K]>
    ? NonNullable<ProcessGroupOptions[K]> extends Stated<T>
      ? K
      : never
    : never;
}[keyof ProcessGroupOptions];

export function textOption(
  name: string,
  facts: Facts<KeysOf<string>> & {
    readonly syntax: string;
    readonly check?: (word: Stated<string>, call: Call, fail: Fail) => string;
  },
): DaemonOption {
  return option(name, facts.syntax, facts, (into, word, call) => {
    const fail = failure(facts.what, name);
    if (word.value === '') throw fail(word, 'must not be empty');
    into[facts.key] = facts.check ? stated(word, facts.check(word, call, fail)) : word;
    return true;
  });
}

export function numberOption(
  name: string,
  facts: Facts<KeysOf<number>> & {
    readonly syntax: string;
    readonly min?: number;
    readonly max?: number;
    readonly hint?: string;
    /** A second condition on the number, with its message. */
    readonly also?: { readonly holds: (value: number) => boolean; readonly message: string };
  },
): DaemonOption {
  return option(name, facts.syntax, facts, (into, word) => {
    const fail = failure(facts.what, name);
    const found = integer(word, {
      what: `${prefixOf(facts.what)}${name}`,
      min: facts.min ?? 0,
      ...(facts.max !== undefined && { max: facts.max }),
      ...(facts.hint !== undefined && { hint: facts.hint }),
    });
    if (facts.also && !facts.also.holds(found.value)) throw fail(word, facts.also.message);
    into[facts.key] = found;
    // 0 turns off; the default is what holds anyway.
    return found.value !== 0 && String(found.value) !== facts.default;
  });
}

/** A time in whole seconds. */
export function secondsOption(
  name: string,
  facts: Facts<KeysOf<number>> & { readonly min?: number },
): DaemonOption {
  return numberOption(name, {
    ...facts,
    syntax: 'seconds',
    hint: 'write the number of seconds without a unit',
  });
}

/** A size in bytes, no smaller than `least` unless it is 0, the default of the system. */
export function bytesOption(
  name: string,
  facts: Facts<KeysOf<number>> & { readonly least?: number; readonly min?: number },
): DaemonOption {
  const { least } = facts;
  return numberOption(name, {
    ...facts,
    syntax: 'bytes',
    hint: 'write the number of bytes without a unit: 10485760 for 10 MiB',
    ...(least !== undefined && {
      also: {
        holds: (value) => value === 0 || value >= least,
        message: `must be >= ${least} bytes, or 0 for the default`,
      },
    }),
  });
}

export function flagOption(name: string, facts: Facts<KeysOf<boolean>>): DaemonOption {
  return option(name, 'On|Off', facts, (into, word) => {
    const found = flag(word, `${prefixOf(facts.what)}${name}`);
    into[facts.key] = found;
    return found.value;
  });
}

/** An option of its own form. `read` says whether the value asks for something. */
export function option(
  name: string,
  syntax: string,
  facts: Pick<Facts<keyof ProcessGroupOptions>, 'text' | 'default' | 'honoured' | 'refused'>,
  read: (into: ProcessGroupOptions, word: Stated<string>, call: Call) => boolean,
): DaemonOption {
  const honoured = facts.honoured ?? true;
  const refused = facts.refused ?? false;
  return {
    name,
    syntax,
    ...(facts.default !== undefined && { default: facts.default }),
    text: facts.text,
    honoured,
    refused,
    read: (into, word, call) => {
      if (!read(into, word, call) || honoured) return;
      if (refused) return leaveBroken(into, name, word, call);
      warnOnce(call, name, word);
    },
  };
}

/** A group without the protection that it states does not run. */
function leaveBroken(
  into: ProcessGroupOptions,
  name: string,
  word: Stated<string>,
  call: Call,
): void {
  const message = `${name}= is not supported yet`;
  const rest = {
    at: word.at,
    hint: `what it protects would be open without it: leave ${name}= out only where that is no harm`,
  };
  if (!call.evaluation.ignoreUnsupported) throw new Refusal('unsupported-directive', message, rest);
  into.unprotected ??= { value: name, at: word.at };
  call.evaluation.diagnostics.push({
    ...diagnostic(
      'unsupported-directive',
      `${message}: every request for its process group gets 503`,
      rest,
    ),
    severity: 'warning',
  });
}

function warnOnce(call: Call, name: string, word: Stated<string>): void {
  const key = `option ${name}`;
  if (call.evaluation.said.has(key)) return;
  call.evaluation.said.add(key);
  call.evaluation.diagnostics.push(
    diagnostic('option-without-effect', `${name} is checked, but does nothing yet`, {
      at: word.at,
    }),
  );
}

export type Fail = (word: Stated<string>, message: string, hint?: string) => Error;

export function failure(what: string, name: string): Fail {
  return (word, message, hint) => invalid(word, `${prefixOf(what)}${name} ${message}`, hint);
}

function prefixOf(what: string): string {
  return `invalid ${what} for WSGI daemon process: `;
}
