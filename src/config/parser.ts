import type { Span } from '../base/span.js';
import { isConditional, whySkipped } from './conditions.js';
import { define, undefine } from './define.js';
import { includedPaths } from './include.js';
import { type LogicalLine, logicalLines, type SourceFile, sourceFile, spanOf } from './lines.js';
import { type Reading, reasonOf, report } from './reading.js';
import type { DirectiveNode, Node, SectionNode } from './tree.js';
import { expandVariables } from './variables.js';
import { splitWords } from './words.js';

/** A section that is open while the lines of a file go by. */
interface Open {
  readonly name: string;
  readonly at: Span;
  /** Where its content goes; the list around it for a condition that holds. */
  readonly children: Node[];
  /** Inside a condition that does not hold. */
  readonly skipped: boolean;
  /** The node of the outermost condition that does not hold. */
  readonly node?: { lastLine: number };
}

/**
 * Reads a file into a tree. Define, Include and the conditions take effect while reading, in the order
 * of the lines, as in Apache; the tree holds what is left. A section ends in the file that opens it.
 */
export function parseFile(
  reading: Reading,
  path: string,
  includedFrom?: Span,
  options: { readonly skipped?: boolean } = {},
): Node[] {
  const source = open(reading, path, includedFrom);
  const root: Node[] = [];
  if (!source) return root;
  const stack: Open[] = [];
  const outer = { children: root, skipped: options.skipped ?? false };
  for (const raw of logicalLines(source)) {
    const { children, skipped } = stack.at(-1) ?? outer;
    const line = expand(skipped ? quiet(reading) : reading, raw);
    if (/^\s*<\//.test(line.text)) closeSection(reading, line, stack);
    else if (/^\s*</.test(line.text)) openSection(reading, line, stack, children, skipped);
    else if (skipped) skipDirective(quiet(reading), line, children);
    else takeDirective(reading, line, children);
  }
  for (const left of stack) reportUnclosed(reading, left);
  return root;
}

/** For what is skipped: nobody hears of mistakes in it, nor of variables that it would have had. */
function quiet(reading: Reading): Reading {
  return { ...reading, diagnostics: [], undefinedNames: new Set() };
}

function open(
  reading: Reading,
  path: string,
  includedFrom: Span | undefined,
): SourceFile | undefined {
  try {
    return sourceFile(
      path,
      reading.sources.read(path, { pipes: includedFrom === undefined }),
      includedFrom,
    );
  } catch (error) {
    report(
      reading,
      'file-unreadable',
      `cannot read the configuration file "${path}": ${reasonOf(error)}`,
      {
        ...(includedFrom && { at: includedFrom }),
        ...(reading.sources.isFolder(path) && { hint: 'name a file in it' }),
      },
    );
    return undefined;
  }
}

function expand(reading: Reading, line: LogicalLine): LogicalLine {
  return expandVariables(
    line,
    (name) => reading.defines.get(name) ?? reading.sources.environment[name],
    (name, at) => {
      if (reading.undefinedNames.has(name)) return;
      reading.undefinedNames.add(name);
      report(
        reading,
        'undefined-variable',
        `\${${name}} is neither defined nor in the environment: its text is kept as it is, here and further on`,
        {
          at,
          hint: name.startsWith('APACHE_')
            ? `Debian sets it in /etc/apache2/envvars: run ". /etc/apache2/envvars" in the shell first, or add -D ${name}=VALUE`
            : `write "Define ${name} VALUE" before this line, or start with -D ${name}=VALUE`,
        },
      );
    },
  );
}

function takeDirective(reading: Reading, line: LogicalLine, children: Node[]): void {
  const node = { kind: 'directive', ...head(line, /\S+/, line.text.length) } as const;
  const name = node.name.toLowerCase();
  if (name === 'define') define(reading, node);
  else if (name === 'undefine') undefine(reading, node);
  else if (name === 'include' || name === 'includeoptional')
    for (const path of includedPaths(reading, node))
      children.push(...parseFile(reading, path, node.at));
  else {
    if (name === 'serverroot') moveServerRoot(reading, node);
    children.push(node);
  }
}

/** Looks into the files that an Include would have brought, to say what is missing. */
function skipDirective(reading: Reading, line: LogicalLine, children: Node[]): void {
  const node = { kind: 'directive', ...head(line, /\S+/, line.text.length) } as const;
  const name = node.name.toLowerCase();
  if (name === 'include' || name === 'includeoptional')
    for (const path of includedPaths(reading, node))
      children.push(...parseFile(reading, path, node.at, { skipped: true }));
  else children.push(node);
}

/** Later Include lines start from here; whether the value is right is judged with all other directives. */
function moveServerRoot(reading: Reading, node: DirectiveNode): void {
  const root = splitWords(node.arguments).words[0]?.value;
  if (root?.startsWith('/')) reading.serverRoot = root;
}

function openSection(
  reading: Reading,
  line: LogicalLine,
  stack: Open[],
  children: Node[],
  skipped: boolean,
): void {
  const end = line.text.lastIndexOf('>');
  const node = head(line, /(?<=<)[^\s>]*/, end < 0 ? line.text.length : end);
  if (end < 0)
    report(reading, 'syntax', `<${node.name}> directive missing closing '>'`, { at: node.at });
  else checkTail(reading, line, end + 1);
  if (node.name === '') {
    report(reading, 'syntax', 'a section needs a name after "<"', { at: node.at });
    return;
  }
  const opened = { name: node.name, at: node.at };
  if (!skipped && isConditional(node.name)) {
    const reason = whySkipped(reading, node);
    if (reason === undefined) stack.push({ ...opened, children, skipped });
    else {
      const made = {
        kind: 'skipped' as const,
        ...node,
        ...reason,
        children: [],
        lastLine: node.at.line,
      };
      children.push(made);
      stack.push({ ...opened, children: made.children, skipped: true, node: made });
    }
  } else {
    const section: SectionNode & { children: Node[] } = { kind: 'section', ...node, children: [] };
    children.push(section);
    stack.push({ ...opened, children: section.children, skipped });
  }
}

function closeSection(reading: Reading, line: LogicalLine, stack: Open[]): void {
  const end = line.text.indexOf('>');
  const node = head(line, /(?<=<\/)[^\s>]*/, end < 0 ? line.text.length : end);
  if (end < 0)
    report(reading, 'syntax', `</${node.name} directive missing closing '>'`, { at: node.at });
  else checkTail(reading, line, end + 1);
  const name = node.name.toLowerCase();
  const depth = stack.findLastIndex((entry) => entry.name.toLowerCase() === name);
  if (depth < 0) {
    report(reading, 'section-unopened', `</${node.name}> without matching <${node.name}> section`, {
      at: node.at,
    });
    return;
  }
  const [closed, ...left] = stack.splice(depth);
  if (closed?.node) closed.node.lastLine = node.at.line;
  for (const one of left) reportUnclosed(reading, one);
}

function reportUnclosed(reading: Reading, left: Open): void {
  report(reading, 'section-unclosed', `<${left.name}> was not closed`, {
    at: left.at,
    hint: `write </${left.name}> after its last line, in the same file`,
  });
}

function checkTail(reading: Reading, line: LogicalLine, from: number): void {
  const tail = line.text.slice(from);
  if (!/^\s*(#|$)/.test(tail))
    report(reading, 'syntax', `text after the closing '>': "${tail.trim()}"`, {
      at: spanOf(line, from + tail.search(/\S/), line.text.trimEnd().length),
      hint: 'begin a new line after the tag',
    });
}

/** Name and arguments of a line whose name matches `pattern` and whose arguments end at `end`. */
function head(line: LogicalLine, pattern: RegExp, end: number): Omit<DirectiveNode, 'kind'> {
  const found = pattern.exec(line.text)!;
  const nameEnd = found.index + found[0].length;
  const first = line.text.search(/\S/);
  return {
    name: found[0],
    nameAt: spanOf(line, found.index, nameEnd),
    at: spanOf(line, first, line.text.trimEnd().length),
    arguments: { line, from: nameEnd, to: Math.max(nameEnd, end) },
  };
}
