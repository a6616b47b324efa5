import type { Stated } from '../base/span.js';
import type { Fail } from './daemon-option.js';
import type { Call } from './declaration.js';
import { absolutePath } from './values.js';

export function folder(word: Stated<string>, call: Call): string {
  return absolutePath(call, word);
}

export function absolute(word: Stated<string>, call: Call, fail: Fail): string {
  if (!word.value.startsWith('/')) throw fail(word, 'must be an absolute path, beginning with "/"');
  return absolutePath(call, word);
}

export function account(word: Stated<string>, _call: Call, fail: Fail): string {
  if (!isAccount(word.value)) throw fail(word, 'must be a name, or "#" and a number');
  return word.value;
}

export function isAccount(text: string): boolean {
  return /^(#\d+|[^\s#:,][^\s:,]*)$/.test(text);
}
