import { didYouMean } from '../base/nearest.js';
import {
  type Call,
  type Declaration,
  type Evaluation,
  Refusal,
  reportRefusal,
  type Scope,
  shortened,
  unclosedQuote,
} from './declaration.js';
import { lossesOf, soundsLikeGuard } from './losses.js';
import { type PassedOver, passOver } from './pass-over.js';
import { tellSkipped } from './skipped.js';
import { findDeclaration, knownNames } from './tables/all.js';
import type { DirectiveNode, Node, SectionNode } from './tree.js';
import { splitWords } from './words.js';

/** Enters the directives of a tree into the Config, in order; every mistake is reported and passed over. */
export function evaluateNodes(evaluation: Evaluation, nodes: readonly Node[], scope: Scope): void {
  for (const node of nodes) {
    try {
      evaluateNode(evaluation, node, scope, nodes);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reportRefusal(evaluation, error, node.at);
    }
  }
}

function evaluateNode(
  evaluation: Evaluation,
  node: Node,
  scope: Scope,
  siblings: readonly Node[],
): void {
  if (node.kind === 'skipped') {
    tellSkipped(evaluation, node, scope);
    return;
  }
  const declaration = findDeclaration(node.kind, node.name);
  if (!declaration) {
    passOverUnknown({ evaluation, scope, node, siblings }, node);
    return;
  }
  checkContext(declaration, scope);
  const { words, unclosed } = splitWords(node.arguments);
  if (
    unclosed &&
    declaration.family !== 'foreign' &&
    (declaration.words !== 'raw' || words.length < 2)
  )
    throw unclosedQuote(unclosed);
  const call: Call = {
    name: declaration.name,
    nameAt: node.nameAt,
    at: node.at,
    words,
    text: node.arguments,
    scope,
    evaluation,
    node,
    children: node.kind === 'section' ? node.children : [],
    siblings,
  };
  checkCount(declaration, call);
  declaration.effect(call);
}

/** Names that nobody knows and that are compared with known ones. A file with more is no configuration. */
const mostCompared = 200;

/** A name like a known one is a slip, and never passed over; any other may be of a module that we do not know. */
function passOverUnknown(unknown: PassedOver, node: DirectiveNode | SectionNode): void {
  const name = shortened(node.name);
  const message = `unknown ${node.kind === 'section' ? `section <${name}>` : `directive "${name}"`}`;
  if (++unknown.evaluation.unknown > mostCompared)
    throw new Refusal('unknown-directive', message, { at: node.nameAt });
  const hint = otherKind(node) ?? didYouMean(node.name, knownNames(node.kind));
  const rest = { at: node.nameAt, ...(hint && { hint }) };
  if (hint) throw new Refusal('unknown-directive', message, rest);
  const guards = soundsLikeGuard(node.name) || lossesOf(node, unknown.siblings).length > 0;
  passOver(unknown, 'unknown-directive', message, rest, guards ? [{ kind: 'place' }] : []);
}

/** A section written as a directive, or the other way round. */
function otherKind({ kind, name }: DirectiveNode | SectionNode): string | undefined {
  const other = findDeclaration(kind === 'section' ? 'directive' : 'section', name);
  if (!other || other.family === 'not supported' || other.family === 'foreign') return undefined;
  return kind === 'section'
    ? `it is a directive: write ${written(other)}`
    : `it is a section: write ${written(other)} … </${other.name}>`;
}

function checkContext(declaration: Declaration, scope: Scope): void {
  if (declaration.contexts.includes(scope.context)) return;
  const place = scope.within ? `within <${scope.within}> section` : 'in the main server';
  throw new Refusal('wrong-context', `${title(declaration)} cannot occur ${place}`, {
    hint: `its contexts are: ${declaration.contexts.map(contextName).join(', ')}`,
  });
}

function contextName(context: string): string {
  return context === 'directory' ? 'directory (<Directory>, <Location>, <Files>)' : context;
}

function checkCount(declaration: Declaration, call: Call): void {
  if (declaration.words === 'raw') return;
  const [fewest, most] = declaration.words;
  const count = call.words.length;
  if (count >= fewest && count <= most) return;
  const syntax = written(declaration);
  const message =
    count < fewest && declaration.missing !== undefined
      ? declaration.missing
      : `${title(declaration)} takes ${quantity(fewest, most)}, got ${count}`;
  const extra = call.words[most];
  const comment = call.words.some((word, index) => index >= fewest && word.value.startsWith('#'));
  throw new Refusal('argument-count', message, {
    ...(count > most && extra && { at: extra.at }),
    hint: comment ? 'a comment needs a line of its own' : `the syntax is: ${syntax}`,
  });
}

function written(declaration: Declaration): string {
  const text = `${declaration.name} ${declaration.syntax}`.trim();
  return declaration.kind === 'section' ? `<${text}>` : text;
}

function title(declaration: Declaration): string {
  return declaration.kind === 'section' ? `<${declaration.name}>` : declaration.name;
}

/** `at least one argument`, `one or two arguments`, as Apache says it. */
function quantity(fewest: number, most: number): string {
  const word = (count: number) => ['no', 'one', 'two', 'three'][count] ?? String(count);
  if (most === Number.POSITIVE_INFINITY)
    return `at least ${word(fewest)} argument${fewest === 1 ? '' : 's'}`;
  const range =
    fewest === most
      ? word(most)
      : `${word(fewest)} ${most - fewest === 1 ? 'or' : 'to'} ${word(most)}`;
  return `${range} argument${most === 1 ? '' : 's'}`;
}
