import type { Span } from '../base/span.js';
import type { ArgumentText } from './words.js';

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

export type Node = DirectiveNode | SectionNode;
