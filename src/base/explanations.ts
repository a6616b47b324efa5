import type { Code } from './codes.js';
import { environments } from './explanations/environments.js';
import type { Explanation } from './explanations/explanation.js';
import { planning } from './explanations/planning.js';
import { reading } from './explanations/reading.js';
import { scripts } from './explanations/scripts.js';

export type { Explanation };

/** One for each code of the catalogue. */
const explanations: Readonly<Record<Code, Explanation>> = {
  ...reading,
  ...planning,
  ...environments,
  ...scripts,
};

export function explanationOf(code: Code): Explanation {
  return explanations[code];
}
