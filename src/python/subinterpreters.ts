import type { Distribution } from './distributions.js';
import { normalName } from './distributions.js';

/** Why a package does not work in a sub-interpreter. */
export interface Unsafe {
  readonly name: string;
  readonly reason: string;
}

const once = 'its compiled module can be initialised once in a process only (PyO3)';
const state = 'its C code keeps state for the whole process, and calls hang or crash';

/**
 * Distributions that are known to fail in sub-interpreters, by the reports of their users. Data: add a line
 * when another one is found. Names as PEP 503 normalises them.
 */
const unsafe: Readonly<Record<string, string>> = {
  numpy: 'it refuses to be loaded in more than one interpreter',
  scipy: 'it is built on NumPy',
  pandas: 'it is built on NumPy',
  numba: 'it is built on NumPy',
  'scikit-learn': 'it is built on NumPy',
  statsmodels: 'it is built on NumPy',
  matplotlib: 'it is built on NumPy',
  'opencv-python': 'it is built on NumPy',
  'opencv-python-headless': 'it is built on NumPy',
  torch: state,
  tensorflow: state,
  gdal: state,
  lxml: state,
  cryptography: once,
  bcrypt: once,
  'pydantic-core': once,
  orjson: once,
  'rpds-py': once,
  tokenizers: once,
  tiktoken: once,
  polars: once,
  jiter: once,
  nh3: once,
  watchfiles: once,
};

/** Those of an environment's distributions that are known to fail. */
export function unsafeInSubInterpreters(distributions: readonly Distribution[]): Unsafe[] {
  return distributions.flatMap(({ name }) => {
    const reason = unsafe[normalName(name)];
    return reason === undefined ? [] : [{ name, reason }];
  });
}
