import { posix } from 'node:path';
import type { Diagnostic } from '../base/diagnostic.js';
import { inReadingOrder } from '../base/order.js';
import type { Config } from './config.js';
import type { Draft, Evaluation } from './declaration.js';
import { evaluateNodes } from './evaluate.js';
import { finish } from './finish.js';
import { emptyHost } from './host.js';
import { parseFile } from './parser.js';
import type { Reading } from './reading.js';
import type { Sources } from './sources.js';
import { mergeProcessGroups } from './twins.js';

export interface ReadResult {
  /** Everything that could be understood, also where there are errors. */
  readonly config: Config;
  /** In the order of the files and lines. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads configuration files, as if they were one, into what they state. Never throws for what is
 * written in them. ServerRoot is the folder of the first file until one is stated.
 */
export function readConfig(files: readonly string[], sources: Sources): ReadResult {
  const reading: Reading = {
    sources,
    defines: new Map(sources.defines),
    diagnostics: [],
    undefinedNames: new Set(),
    serverRoot: sources.serverRoot ?? posix.dirname(posix.resolve(files[0] ?? 'none')),
  };
  const nodes = files.flatMap((path) => parseFile(reading, path));
  const config: Draft = {
    global: { listen: [] },
    main: emptyHost(),
    virtualHosts: [],
    processGroups: [],
  };
  const evaluation: Evaluation = {
    config,
    diagnostics: reading.diagnostics,
    serverRoot: reading.serverRoot,
    ignoreUnsupported: sources.ignoreUnsupported,
    said: new Set(),
    unknown: 0,
    lost: {},
    tls: new Map(),
    tlsListens: [],
    plainPorts: new Set(),
    evaluate: (children, scope) => evaluateNodes(evaluation, children, scope),
  };
  evaluateNodes(evaluation, nodes, {
    context: 'server config',
    host: config.main,
    settings: config.main.settings,
    sections: config.main.sections,
    requirements: [],
  });
  finish(evaluation);
  const groups = mergeProcessGroups(config.processGroups);
  return {
    config: { ...config, processGroups: groups.processGroups },
    diagnostics: inReadingOrder([...reading.diagnostics, ...groups.diagnostics], files),
  };
}
