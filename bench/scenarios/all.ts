import { django, headers, json, sleep10 } from './answers.js';
import { download, stream, upload } from './bodies.js';
import { churn, hello } from './hello.js';
import { idle } from './idle.js';
import { many } from './many.js';
import { alone, mixed } from './mixed.js';
import { restart, undisturbed } from './restart.js';
import type { Scenario } from './scenario.js';

/** In the order of tables. */
export const scenarios: readonly Scenario[] = [
  ...hello,
  churn,
  json,
  headers,
  django,
  sleep10,
  alone,
  mixed,
  upload,
  download,
  stream,
  idle,
  ...many,
  undisturbed,
  restart,
];
