import { type Reading, report } from './reading.js';
import type { DirectiveNode } from './tree.js';
import { splitWords } from './words.js';

/** Characters. Values that hold others twice would double with every line. */
const longestValue = 65_536;

/** `Define NAME [VALUE]`: counts from here to the end of all files, in whatever section it stands. */
export function define(reading: Reading, node: DirectiveNode): void {
  const { words } = splitWords(node.arguments);
  const [name, value] = words;
  if (!name || words.length > 2) {
    report(
      reading,
      'argument-count',
      `Define takes one or two arguments, a name and a value, got ${words.length}`,
      {
        at: node.at,
        hint:
          words.length > 2 ? 'put quotes around a value with blanks' : 'write Define NAME VALUE',
      },
    );
    return;
  }
  if (!checkName(reading, name.value, node)) return;
  const length = value?.value.length ?? 0;
  if (length <= longestValue) {
    reading.defines.set(name.value, value?.value);
    return;
  }
  report(
    reading,
    'invalid-value',
    `Define ${name.value}: its value has ${length} characters, at most ${longestValue} are possible`,
    { at: node.nameAt, hint: 'a value that holds itself grows with every line' },
  );
}

/** `UnDefine NAME`. */
export function undefine(reading: Reading, node: DirectiveNode): void {
  const { words } = splitWords(node.arguments);
  const [name] = words;
  if (!name || words.length !== 1) {
    report(reading, 'argument-count', `UnDefine takes one argument, a name, got ${words.length}`, {
      at: node.at,
    });
    return;
  }
  if (checkName(reading, name.value, node)) reading.defines.delete(name.value);
}

function checkName(reading: Reading, name: string, node: DirectiveNode): boolean {
  const fits = !/[:\s${}]/.test(name) && name !== '';
  if (!fits)
    report(
      reading,
      'invalid-value',
      `${node.name}: a name has no ":", "$", braces or blanks, got "${name}"`,
      {
        at: splitWords(node.arguments).words[0]?.at ?? node.at,
        hint: 'write the bare name: Define NAME VALUE',
      },
    );
  return fits;
}
