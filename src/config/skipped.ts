import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { leaveClosed } from './close.js';
import type { Evaluation, Scope } from './declaration.js';
import type { Loss } from './loss.js';
import { lossesOf } from './losses.js';
import { titleOf } from './pass-over.js';
import type { Node, SkippedNode } from './tree.js';

/**
 * Says what a condition that does not hold has taken out. What was skipped because its module is not here is
 * an error where hosts, mounts, access or authentication go with it; a condition that would not hold in Apache
 * either, or that the user decides, is told at most.
 */
export function tellSkipped(evaluation: Evaluation, node: SkippedNode, scope: Scope): void {
  const contents = [...everyNode(node.children)];
  if (contents.length === 0 || node.cause === 'expected') return;
  const matters = contents.some((child) => hostsAndMounts.test(child.name));
  const losses = node.children.flatMap((child) => lossesOf(child, node.children));
  const serious = matters || losses.some(({ kind }) => kind !== 'files');
  const missingModule = node.cause === 'module-missing';
  if (!missingModule && !serious) return;
  const message = `skipped ${linesText(node)}: ${node.reason} (${inventory(contents)})`;
  if (missingModule && serious) {
    evaluation.diagnostics.push(missing(evaluation, node, message, scope));
    return;
  }
  evaluation.diagnostics.push(diagnostic('section-skipped', message, { at: node.at }));
  // Programs are not sent as texts only because the module that would run them is not here.
  leaveFilesClosed(evaluation, scope, losses, node);
}

/** What answers requests, or says which ones. */
const hostsAndMounts =
  /^(virtualhost|wsgiscriptalias(match)?|wsgidaemonprocess|alias(match)?|documentroot)$/i;

function missing(
  evaluation: Evaluation,
  node: SkippedNode,
  message: string,
  scope: Scope,
): Diagnostic {
  const reason = { value: `what was skipped from ${titleOf(node)}`, at: node.at };
  if (!evaluation.ignoreUnsupported)
    return diagnostic('module-missing', message, {
      at: node.at,
      hint: 'take the lines out of the condition to see what of them is supported, or skip them on purpose: <IfModule !venvhost_module>',
    });
  const sections = closeSections(evaluation, node.children, scope, reason);
  const own = node.children.filter((child) => !isPlaced(child));
  const around = leaveClosed(
    evaluation,
    scope,
    own.flatMap((child) => lossesOf(child, node.children)),
    reason,
  );
  const closed = [
    ...(around === undefined ? [] : [around]),
    ...sections.map((name) => `every request to its <${name}> gets 403`),
  ].join(', and ');
  return {
    ...diagnostic('module-missing', `${message}${closed === '' ? '' : `: ${closed}`}`, {
      at: node.at,
    }),
    severity: 'warning',
  };
}

/** Sections that name the place they are about: it is closed there, not around them. */
function isPlaced({ kind, name }: Node): boolean {
  return kind === 'section' && /^(directory|location|files)(match)?$/i.test(name);
}

/** Gives the names of what was closed. */
function closeSections(
  evaluation: Evaluation,
  nodes: readonly Node[],
  scope: Scope,
  reason: { readonly value: string; readonly at: Node['at'] },
): string[] {
  const closed = new Set<string>();
  for (const node of nodes) {
    if (node.kind !== 'section' || !isPlaced(node) || lossesOf(node, nodes).length === 0) continue;
    const before = scope.sections.length;
    evaluation.evaluate([{ ...node, children: [] }], scope);
    const made = scope.sections[before];
    if (made) made.settings.closed = reason;
    else scope.settings.closed ??= reason;
    closed.add(node.name);
  }
  return [...closed];
}

function leaveFilesClosed(
  evaluation: Evaluation,
  scope: Scope,
  losses: readonly Loss[],
  node: SkippedNode,
): void {
  const programs = losses.filter(({ kind }) => kind === 'files');
  leaveClosed(evaluation, scope, programs, { value: titleOf(node), at: node.at });
}

function linesText({ at, lastLine }: SkippedNode): string {
  return lastLine <= at.line ? `line ${at.line}` : `lines ${at.line} to ${lastLine}`;
}

function* everyNode(nodes: readonly Node[]): Generator<Node> {
  for (const node of nodes) {
    if (node.kind === 'skipped') continue;
    yield node;
    if (node.kind === 'section') yield* everyNode(node.children);
  }
}

/** `1 VirtualHost, 2 WSGIScriptAlias, 14 others`: what matters first, at most four names. */
function inventory(contents: readonly Node[]): string {
  const counts = new Map<string, number>();
  for (const { name } of contents) counts.set(name, (counts.get(name) ?? 0) + 1);
  const weight = (name: string) =>
    hostsAndMounts.test(name) ? 2 : /^(require|auth|order|allow|deny)/i.test(name) ? 1 : 0;
  const names = [...counts].sort(([a, n], [b, m]) => weight(b) - weight(a) || m - n);
  const shown = names.slice(0, names.length === 5 ? 5 : 4);
  const others = names.slice(shown.length).reduce((sum, [, count]) => sum + count, 0);
  return [
    ...shown.map(([name, count]) => `${count} ${name}`),
    ...(others > 0 ? [`${others} other${others === 1 ? '' : 's'}`] : []),
  ].join(', ');
}
