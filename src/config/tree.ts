import type { Span } from '../base/span.js';
import { type ArgumentText, splitWords } from './words.js';

/** A directive with its place; conditions, Define and Include are gone already. */
export interface DirectiveNode {
  readonly kind: 'directive';
  /** As written. */
  readonly name: string;
  readonly nameAt: Span;
  /** The directive with its arguments. */
  readonly at: Span;
  readonly arguments: ArgumentText;
}

export interface SectionNode extends Omit<DirectiveNode, 'kind'> {
  readonly kind: 'section';
  readonly children: readonly Node[];
}

/** A condition that does not hold, with what it has taken out: read as it is written, nothing takes effect. */
export interface SkippedNode extends Omit<SectionNode, 'kind'> {
  readonly kind: 'skipped';
  /** Why it does not hold: `mod_ssl is not here`. */
  readonly reason: string;
  /**
   * `module-missing`: venvhost lacks a module that Apache may have. `chosen`: by Define, a version or a file,
   * as in Apache. `expected`: by `<IfModule !…>` of what is here, which is there to be skipped.
   */
  readonly cause: 'module-missing' | 'chosen' | 'expected';
  /** The line of its closing tag. */
  readonly lastLine: number;
}

export type Node = DirectiveNode | SectionNode | SkippedNode;

/** The arguments as plain words. */
export function wordsOf(node: Node): string[] {
  return splitWords(node.arguments).words.map(({ value }) => value);
}
