import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/span.js';
import type { Config } from '../config/config.js';
import type { StartProblem } from '../server/start-problems.js';
import { startHint } from './start-failure.js';

/**
 * What would refuse the start, at the line that asks for it. Who checks is not always who starts: what only a
 * user without rights is refused is a warning, where it is no root who checks.
 */
export function startDiagnostics(
  problems: readonly StartProblem[],
  config: Config,
  isRoot: boolean,
): Diagnostic[] {
  return problems.map(({ message, path, listener }) => {
    const at = listener?.at ?? (path === undefined ? undefined : placeOf(path, config));
    const hint = startHint(message, '--listen ').join('\n');
    const found = diagnostic('start-refused', message, {
      ...(at && { at }),
      ...(hint !== '' && { hint }),
    });
    return !isRoot && message.endsWith('permission denied')
      ? { ...found, severity: 'warning', message: `${message}, for the user who asks` }
      : found;
  });
}

function placeOf(path: string, { global, main, virtualHosts }: Config): Span | undefined {
  const hosts = [main, ...virtualHosts];
  const stated = [
    ...hosts.flatMap(({ errorLog }) => (errorLog ? [errorLog] : [])),
    ...hosts.flatMap(({ customLogs }) =>
      customLogs.map((log) => ({ value: log.path, at: log.at })),
    ),
    ...(global.pidFile ? [global.pidFile] : []),
    ...(global.socketPrefix ? [global.socketPrefix] : []),
  ];
  return stated.find(({ value }) => value === path)?.at;
}
