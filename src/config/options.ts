import { didYouMean, nearest } from '../base/nearest.js';
import type { Stated } from '../base/span.js';
import { type Call, Refusal, reportRefusal, unclosedQuote } from './declaration.js';
import { type ArgumentText, type Option, splitOptions } from './words.js';

/** What each option of a directive does with its value. */
export type OptionSet<T> = Readonly<
  Record<string, (into: T, value: Stated<string>, call: Call) => void>
>;

/**
 * Reads `name=value` options. Each one that is wrong is reported on its own; the directive is still
 * taken without it, so that what refers to it is not reported as well.
 */
export function readOptions<T extends object>(
  call: Call,
  text: ArgumentText,
  known: OptionSet<T>,
  into: T,
  definition: string,
): T {
  for (const option of joinedByBlanks(splitOptions(text))) {
    try {
      if (!option.closed) throw unclosedQuote(option.at);
      if (!option.name) throw notAnOption(option, definition);
      const read = known[option.name.value];
      if (!read) throw unknownOption(option.name, known, definition);
      read(into, { value: option.value.value, at: option.at }, call);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reportRefusal(call.evaluation, error, option.at);
    }
  }
  return into;
}

/** `name = value` is one mistake, not three: the parts count as one word that is no option. */
function joinedByBlanks(options: readonly Option[]): Option[] {
  const joined: Option[] = [];
  for (let index = 0; index < options.length; index++) {
    const [first, equals, value] = options.slice(index, index + 3);
    const apart = !first!.name && equals && !equals.name && equals.value.value === '=';
    if (!apart) {
      joined.push(first!);
      continue;
    }
    const text = [first!, equals, value].flatMap((part) => (part ? [part.value.value] : []));
    joined.push({ ...first!, value: { value: text.join(' '), at: first!.at } });
    index += 2;
  }
  return joined;
}

function notAnOption(option: Option, definition: string): Refusal {
  const text = option.value.value;
  const [name, equals, value] = text.split(' ');
  const quoted = /^([a-z-]+)=(.*)$/.exec(text);
  const hint =
    equals === '='
      ? `write ${name}=${value ?? 'VALUE'}, without blanks`
      : quoted && `quotes stand around the value alone: ${quoted[1]}="${quoted[2]}"`;
  return new Refusal(
    'unknown-option',
    `invalid option to ${definition}: "${text}" is not of the form name=value`,
    {
      at: option.at,
      ...(hint && { hint }),
    },
  );
}

function unknownOption<T>(name: Stated<string>, known: OptionSet<T>, definition: string): Refusal {
  const names = Object.keys(known);
  const sameWord = names.find(
    (candidate) => candidate === name.value.toLowerCase().replaceAll('_', '-'),
  );
  const hint =
    sameWord !== undefined
      ? `option names are written in lower case with hyphens: ${sameWord}`
      : nearest(name.value, names).length > 0
        ? didYouMean(name.value, names)
        : `the options are: ${names.join(', ')}`;
  return new Refusal(
    'unknown-option',
    `invalid option to ${definition}: there is no option "${name.value}"`,
    {
      at: name.at,
      ...(hint && { hint }),
    },
  );
}
