import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What a match took, as offsets; -1 for a group that took nothing. */
export type Offsets = readonly number[];

export interface Pcre2 {
  /** @returns undefined where the pattern does not compile. */
  compile(pattern: string): ((text: string) => Offsets | undefined) | undefined;
}

/** DOTALL and DOLLAR_ENDONLY: what Apache compiles with. */
const options = 0x20 | 0x10;
const folders = [
  '/usr/lib',
  '/usr/lib64',
  '/lib',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
];

/** The machine's PCRE2, for texts of bytes; a string says why there is none. */
export function openPcre2(): Pcre2 | string {
  const path = folders.flatMap(librariesIn)[0];
  if (!path) return 'the PCRE2 library (libpcre2-8.so.0) is not installed';
  let koffi: typeof import('koffi');
  try {
    koffi = createRequire(import.meta.url)('koffi');
  } catch {
    return 'the npm package koffi is not installed';
  }
  const library = koffi.load(path);
  const compile = library.func(
    'void *pcre2_compile_8(const uint8_t *, size_t, uint32_t, int *, size_t *, void *)',
  );
  const dataFor = library.func('void *pcre2_match_data_create_from_pattern_8(void *, void *)');
  const match = library.func(
    'int pcre2_match_8(void *, const uint8_t *, size_t, size_t, uint32_t, void *, void *)',
  );
  const offsets = library.func('void *pcre2_get_ovector_pointer_8(void *)');
  const count = library.func('uint32_t pcre2_get_ovector_count_8(void *)');
  return {
    compile(pattern) {
      const bytes = Buffer.from(pattern, 'latin1');
      const code = compile(bytes, bytes.length, options, [0], [0], null);
      if (!code) return undefined;
      const data = dataFor(code, null);
      return (text) => {
        const subject = Buffer.from(text, 'latin1');
        const result = match(code, subject, subject.length, 0, 0, data, null) as number;
        if (result === -1) return undefined;
        if (result < 0) throw new Error(`PCRE2 gave up with ${result}`);
        const found = koffi.decode(offsets(data), 'int64_t', 2 * count(data)) as (
          | number
          | bigint
        )[];
        return [...found].map((at, index) => (index >= 2 * result ? -1 : Number(at)));
      };
    },
  };
}

function librariesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name === 'libpcre2-8.so.0')
      .map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
}
