import type { Code } from '../base/codes.js';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Span, Stated } from '../base/span.js';
import type { Config, DirectorySettings, HostSettings, Requirement, Section } from './config.js';
import type { Node } from './tree.js';
import type { ArgumentText } from './words.js';

/** Where a directive can stand, in the words of Apache's manual; `directory` is any of Directory, Location, Files. */
export type Context = 'server config' | 'virtual host' | 'directory';

export const serverOnly: readonly Context[] = ['server config'];
export const hosts: readonly Context[] = ['server config', 'virtual host'];
export const everywhere: readonly Context[] = ['server config', 'virtual host', 'directory'];
export const directories: readonly Context[] = ['directory'];

export type Family =
  | 'core'
  | 'hosts'
  | 'sections'
  | 'logging'
  | 'access'
  | 'replaced'
  | 'mapping'
  | 'environment'
  | 'wsgi'
  | 'without effect'
  | 'not supported'
  | 'foreign';

/** Everything about one directive or section; reading, checks and the manual come from it. */
export interface Declaration {
  readonly name: string;
  readonly kind: 'directive' | 'section';
  readonly family: Family;
  /** The arguments as the manual shows them, without the name. */
  readonly syntax: string;
  /** Value that holds where the directive is absent, as one would write it. */
  readonly default?: string;
  readonly contexts: readonly Context[];
  /** Markdown, whole sentences. */
  readonly text: string;
  /** Fewest and most words; `raw` leaves the arguments to the effect. */
  readonly words: readonly [number, number] | 'raw';
  /** What is said when words are missing; the syntax otherwise. */
  readonly missing?: string;
  /** Enters what is stated into the Config; throws Refusal for the first thing that is wrong. */
  readonly effect: (call: Call) => void;
}

/** What is around a directive. */
export interface Scope {
  readonly context: Context;
  /** Name of the innermost section, as its declaration writes it; absent in the main server. */
  readonly within?: string;
  readonly host: HostSettings;
  /** Index in `Config.virtualHosts`; absent in the main server. */
  readonly hostIndex?: number;
  readonly settings: DirectorySettings;
  /** Where a section that stands here is entered. */
  readonly sections: Section[];
  /** Require lines and blocks met so far; they become one requirement at the end of the section. */
  readonly requirements: Stated<Requirement>[];
  /** Within an odd number of RequireNone and `not`. */
  readonly negative?: boolean;
}

/** One use of a directive. */
export interface Call {
  readonly name: string;
  readonly nameAt: Span;
  readonly at: Span;
  readonly words: readonly Stated<string>[];
  readonly text: ArgumentText;
  readonly scope: Scope;
  readonly evaluation: Evaluation;
  readonly node: Node;
  /** Content of a section. */
  readonly children: readonly Node[];
  /** Everything that stands in the same section, this one too. */
  readonly siblings: readonly Node[];
}

/** What all calls share. */
export interface Evaluation {
  readonly config: Draft;
  readonly diagnostics: Diagnostic[];
  /** Absolute. */
  readonly serverRoot: string;
  readonly ignoreUnsupported: boolean;
  /** What was said already and is said once. */
  readonly said: Set<string>;
  /** Directives and sections so far that nobody knows. */
  unknown: number;
  /** What cannot be known of requests, by the directive that was passed over. */
  readonly lost: { address?: Stated<string>; variables?: Stated<string> };
  /** Hosts that speak plain HTTP (`off`) or would speak TLS (`on`), as SSLEngine states it. */
  readonly tls: Map<HostSettings, 'on' | 'off'>;
  /** The word `https` of each `Listen … https`. */
  readonly tlsListens: Stated<string>[];
  /** Ports of `Listen … http`. */
  readonly plainPorts: Set<number>;
  /** Evaluates the content of a section in a scope of its own. */
  readonly evaluate: (nodes: readonly Node[], scope: Scope) => void;
}

/** A Config that still grows. */
export type Draft = {
  -readonly [K in keyof Config]: Config[K] extends readonly (infer T)[] ? T[] : Config[K];
};

/** Thrown by an effect: the directive is not taken, reading goes on with the next one. */
export class Refusal extends Error {
  readonly code: Code;
  readonly rest: Omit<Diagnostic, 'code' | 'severity' | 'message'>;

  constructor(
    code: Code,
    message: string,
    rest: Omit<Diagnostic, 'code' | 'severity' | 'message'> = {},
  ) {
    super(message);
    this.code = code;
    this.rest = rest;
  }
}

/** Enters a refusal into the diagnostics; what is not supported yet is a warning where that was asked for. */
export function reportRefusal(evaluation: Evaluation, refusal: Refusal, at: Span): void {
  const found = diagnostic(refusal.code, refusal.message, { at, ...refusal.rest });
  const ignored = refusal.code === 'unsupported-directive' && evaluation.ignoreUnsupported;
  evaluation.diagnostics.push(
    ignored ? { ...found, severity: 'warning', message: `${found.message}, ignored` } : found,
  );
}

/** The value, or nothing where it is refused: that is reported, and what stands inside is still read. */
export function attempt<T>(call: Call, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    reportRefusal(call.evaluation, error, call.at);
    return undefined;
  }
}

/** Refuses an argument: `message` says what it should be and gets what it is appended. */
export function invalid(word: Stated<string>, message: string, hint?: string): Refusal {
  return new Refusal('invalid-value', `${message}, got "${shortened(word.value)}"`, {
    at: word.at,
    ...(hint !== undefined && { hint }),
  });
}

/** Variables can make a word of any length; the excerpt shows where it comes from. */
export function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** Apache reads on to the end of the line; a quote that is left open is a mistake nearly always. */
export function unclosedQuote(at: Span): Refusal {
  return new Refusal('syntax', 'the quote is never closed', { at });
}
