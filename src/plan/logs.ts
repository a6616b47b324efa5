import type { Diagnostic } from '../base/diagnostic.js';
import type { Config, CustomLog, HostSettings } from '../config/config.js';
import { knownFormats, parseLogFormat, predefinedFormats } from './log-format.js';
import type { AccessLogPlan } from './plan.js';

/** Every file that is written to, once, and who writes to it. */
export interface LogTable {
  readonly paths: readonly string[];
  /** By the id of a host. */
  errorLogOf(host: number): number | undefined;
  accessLogsOf(host: number): readonly AccessLogPlan[];
  readonly diagnostics: readonly Diagnostic[];
}

/** As mod_log_config: a host without a CustomLog of its own writes to those of the main server. */
export function planLogs({ main, virtualHosts }: Config): LogTable {
  const paths: string[] = [];
  const diagnostics: Diagnostic[] = [];
  const indexOf = (path: string) => {
    if (!paths.includes(path)) paths.push(path);
    return paths.indexOf(path);
  };
  const accessLogs = (host: HostSettings) =>
    host.customLogs.map((log) => {
      const { text, at } = formatOf(log, host, main);
      const parsed = parseLogFormat(text, at);
      diagnostics.push(...parsed.diagnostics);
      return { log: indexOf(log.path), format: parsed.parts };
    });
  const mainError = main.errorLog && indexOf(main.errorLog.value);
  const mainAccess = accessLogs(main);
  const own = virtualHosts.map((host) => ({
    error: host.errorLog ? indexOf(host.errorLog.value) : mainError,
    access: host.customLogs.length > 0 ? accessLogs(host) : mainAccess,
  }));
  const all = [{ error: mainError, access: mainAccess }, ...own];
  return {
    paths,
    errorLogOf: (host) => all[host]?.error,
    accessLogsOf: (host) => all[host]?.access ?? [],
    diagnostics,
  };
}

/** A nickname stands for its format, and mistakes are then at the LogFormat; anything else is a format itself. */
function formatOf({ format, at }: CustomLog, host: HostSettings, main: HostSettings) {
  if (!format) return { text: predefinedFormats['common']!, at };
  const defined = host.logFormats.get(format.value) ?? main.logFormats.get(format.value);
  const text = knownFormats(main.logFormats, host.logFormats).get(format.value);
  return { text: text ?? format.value, at: defined?.at ?? format.at };
}
