import type { Stated } from '../../base/span.js';
import type { LogLevel } from '../config.js';
import {
  type Call,
  type Declaration,
  everywhere,
  hosts,
  invalid,
  Refusal,
} from '../declaration.js';
import { absolutePath, stated } from '../values.js';
import { once } from '../without-effect.js';

const family = 'logging';

export const loggingDirectives: readonly Declaration[] = [
  {
    name: 'ErrorLog',
    kind: 'directive',
    family,
    syntax: 'file',
    default: 'the terminal',
    contexts: hosts,
    words: [1, 1],
    text: 'The file for messages of the server and output of the applications. `/dev/stderr` and `/dev/stdout` are fine, named pipes are not, and no link of another user is followed; programs (`|…`) and `syslog` are not supported yet.',
    effect: (call) => {
      call.scope.host.errorLog = logFile(call, call.words[0]!);
    },
  },
  {
    name: 'LogLevel',
    kind: 'directive',
    family,
    syntax: 'level [module:level …]',
    default: 'info',
    contexts: everywhere,
    words: [1, Number.POSITIVE_INFINITY],
    text: 'How much is logged: `emerg`, `alert`, `crit`, `error`, `warn`, `notice`, `info`, `debug`, `trace1` to `trace8`. Levels of single modules are accepted without effect.',
    effect: logLevel,
  },
  {
    name: 'LogFormat',
    kind: 'directive',
    family,
    syntax: 'format [nickname]',
    default: '"%h %l %u %t \\"%r\\" %>s %b"',
    contexts: hosts,
    words: [1, 2],
    text: 'Gives an access log format a name for `CustomLog`.',
    effect: ({ scope, words: [format, nickname] }) => {
      scope.host.logFormats.set(nickname?.value ?? '', format!);
    },
  },
  {
    name: 'CustomLog',
    kind: 'directive',
    family,
    syntax: 'file format|nickname',
    contexts: hosts,
    words: [2, 3],
    text: 'A file for one line per request, in a format or by the nickname that a `LogFormat` gave it. Conditions (`env=`, `expr=`) are not supported yet.',
    effect: (call) => {
      const [file, format, condition] = call.words;
      if (condition)
        throw /^(env|expr)=/i.test(condition.value)
          ? new Refusal(
              'unsupported-directive',
              `CustomLog with ${condition.value.split('=')[0]}= is not supported yet`,
              { at: condition.at },
            )
          : invalid(
              condition,
              'the condition of CustomLog must begin with env= or expr=',
              'put quotes around a format with blanks',
            );
      call.scope.host.customLogs.push({
        at: call.at,
        path: logFile(call, file!).value,
        format: format!,
      });
    },
  },
  {
    name: 'TransferLog',
    kind: 'directive',
    family,
    syntax: 'file',
    contexts: hosts,
    words: [1, 1],
    text: 'A `CustomLog` in the common log format.',
    effect: (call) => {
      const format = call.scope.host.logFormats.get('');
      call.scope.host.customLogs.push({
        at: call.at,
        path: logFile(call, call.words[0]!).value,
        ...(format && { format }),
      });
    },
  },
];

function logFile(call: Call, word: Stated<string>): Stated<string> {
  if (word.value.startsWith('|') || /^syslog(:|$)/i.test(word.value))
    throw new Refusal(
      'unsupported-directive',
      `${call.name} to ${word.value.startsWith('|') ? 'a program' : 'syslog'} is not supported yet`,
      { at: word.at, hint: 'name a file, or /dev/stderr and let the service manager collect it' },
    );
  return stated(word, absolutePath(call, word));
}

const levels: readonly LogLevel[] = [
  'emerg',
  'alert',
  'crit',
  'error',
  'warn',
  'notice',
  'info',
  'debug',
  'trace',
];

function logLevel(call: Call): void {
  for (const word of call.words) {
    const [module, level] = /^(?:([^:]+):)?(.*)$/.exec(word.value)!.slice(1);
    const name = level!.toLowerCase().replace(/^trace[1-8]$/, 'trace');
    const found = levels.find((candidate) => candidate === name);
    if (!found || level!.toLowerCase() === 'trace')
      throw invalid(
        word,
        `LogLevel must be one of ${levels.join(', ').replace('trace', 'trace1 to trace8')}`,
      );
    if (module !== undefined)
      once(
        call,
        'LogLevel module',
        `LogLevel for a single module has no effect here: ${word.value}`,
      );
    else if (call.scope.context === 'directory')
      once(call, 'LogLevel directory', `LogLevel within <${call.scope.within}> has no effect here`);
    else call.scope.host.logLevel = stated(word, found);
  }
}
