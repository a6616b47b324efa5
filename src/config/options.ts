import { diagnostic } from '../base/diagnostic.js';
import { didYouMean, nearest } from '../base/nearest.js';
import type { Stated } from '../base/span.js';
import { type Call, Refusal, unclosedQuote } from './declaration.js';
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
  for (const option of splitOptions(text)) {
    try {
      if (!option.closed) throw unclosedQuote(option.at);
      if (!option.name) throw notAnOption(option, known, definition);
      const read = known[option.name.value];
      if (!read) throw unknownOption(option.name, known, definition);
      read(into, option.value, call);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const whole =
        error.rest.at === option.value.at ? { ...error.rest, at: option.at } : error.rest;
      call.evaluation.diagnostics.push(diagnostic(error.code, error.message, whole));
    }
  }
  return into;
}

function notAnOption<T>(option: Option, known: OptionSet<T>, definition: string): Refusal {
  const blanks = option.value.value === '=' || option.value.value in known;
  return new Refusal(
    'unknown-option',
    `invalid option to ${definition}: "${option.value.value}" is not of the form name=value`,
    { at: option.at, ...(blanks && { hint: 'no blanks stand around "="' }) },
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
