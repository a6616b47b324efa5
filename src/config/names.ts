import type { Stated } from '../base/span.js';
import { invalid } from './declaration.js';

/** A group name as stated; a form of `%{…}` that mod_wsgi does not know would be a literal name there. */
export function checkedGroup(
  word: Stated<string>,
  key: 'processGroup' | 'applicationGroup',
): Stated<string> {
  const title = key === 'processGroup' ? 'process group' : 'application group';
  if (word.value === '')
    throw invalid(
      word,
      `invalid name for WSGI ${title}: it must not be empty`,
      `write %{GLOBAL} for ${key === 'processGroup' ? 'embedded mode' : 'the main interpreter'}`,
    );
  if (
    word.value.includes('%{') &&
    !/^%\{(GLOBAL|SERVER|RESOURCE|HOST|ENV:[^}]+)\}$/.test(word.value)
  )
    throw invalid(
      word,
      `invalid name for WSGI ${title}: it must be a name, or wholly one of %{GLOBAL}, %{SERVER}, %{RESOURCE}, %{HOST}, %{ENV:variable}`,
    );
  return word;
}

/** The name of a WSGI callable: a plain Python name, or `%{ENV:…}`. */
export function callableName(word: Stated<string>): Stated<string> {
  if (/^%\{ENV:[^}]+\}$/.test(word.value) || /^[\p{L}_][\p{L}\p{N}_]*$/u.test(word.value))
    return word;
  throw invalid(
    word,
    'invalid name for WSGI callable object: it must be the plain name of an object in the script',
    word.value.includes('.')
      ? `import it in the script: ${word.value.split('.').at(-1)} = …`
      : undefined,
  );
}
