import { diagnostic } from '../../base/diagnostic.js';
import {
  type Call,
  type Declaration,
  everywhere,
  invalid,
  Refusal,
  serverOnly,
} from '../declaration.js';
import { lossesOf } from '../losses.js';
import { passOver } from '../pass-over.js';
import { flag } from '../values.js';
import { once } from '../without-effect.js';

const family = 'without effect';

/** What every stock configuration contains; none of it decides what a client gets to see. */
const stock = `
  AcceptFilter AccessFileName AddAlt AddAltByEncoding AddAltByType AddCharset AddDefaultCharset
  AddDescription AddEncoding AddIcon AddIconByEncoding AddIconByType AddLanguage AddType
  AllowOverride AllowOverrideList AsyncRequestWorkerFactor CoreDumpDirectory
  DefaultIcon DefaultLanguage DefaultRuntimeDir DefaultStateDir DefaultType DirectoryIndexRedirect
  EnableMMAP EnableSendfile ErrorDocument ErrorLogFormat ExtendedStatus FileETag
  FlushMaxThreshold ForceLanguagePriority GracefulShutdownTimeout HeaderName HostnameLookups
  HttpProtocolOptions IdentityCheck IndexHeadInsert IndexIgnore IndexIgnoreReset IndexOptions
  IndexOrderDefault IndexStyleSheet KeptBodySize LanguagePriority LimitInternalRecursion
  LimitXMLRequestBody ListenBackLog ListenCoresBucketsRatio LockFile MaxClients MaxConnectionsPerChild
  MaxMemFree MaxRangeOverlaps MaxRangeReversals MaxRanges MaxRequestsPerChild MaxRequestWorkers
  MaxSpareServers MaxSpareThreads MimeMagicFile MinSpareServers MinSpareThreads MultiviewsMatch Mutex
  NameVirtualHost Protocol Protocols ProtocolsHonorOrder ReadmeName ReceiveBufferSize
  RemoveCharset RemoveEncoding RemoveLanguage RemoveType RequestReadTimeout RLimitCPU RLimitMEM
  RLimitNPROC ScoreBoardFile SeeRequestTail SendBufferSize ServerLimit ServerSignature ServerTokens
  StartServers StartThreads ThreadLimit ThreadsPerChild ThreadStackSize TraceEnable TypesConfig
`;

/** mod_wsgi directives that are outdated, or whose question does not arise with processes of one's own. */
const wsgi: Readonly<Record<string, string>> = {
  WSGIVerboseDebugging: 'Outdated.',
  WSGILazyInitialization: 'Outdated: Python starts in the daemons alone.',
  WSGIPy3kWarningFlag: 'Outdated.',
  WSGINewRelicConfigFile: 'Outdated: start the agent in the script.',
  WSGINewRelicEnvironment: 'Outdated: start the agent in the script.',
  WSGIUserAuthoritative: 'Outdated.',
  WSGIGroupAuthoritative: 'It has no effect in mod_wsgi either.',
  WSGIAcceptMutex: 'The gateway gives requests to processes, no lock is needed.',
  WSGISocketRotation: 'Each start has sockets of its own.',
  WSGIEnableSendfile: 'The gateway sends what the application gives it.',
  WSGIRestrictStdin: 'Daemons have an empty standard input.',
  WSGIRestrictStdout: 'Output of daemons goes to the log.',
  WSGIRestrictSignal: 'The server handles the signals of its daemons.',
  WSGIDestroyInterpreter: 'Interpreters end with their process.',
  WSGIIgnoreActivity: 'There is no inactivity-timeout yet.',
  WSGIPythonEggs: 'Use `python-eggs` of a process group.',
};

/** Those that take something else than On and Off. */
const notFlags: ReadonlySet<string> = new Set([
  'WSGINewRelicConfigFile',
  'WSGINewRelicEnvironment',
  'WSGIAcceptMutex',
  'WSGIPythonEggs',
]);

/** mod_wsgi flags that are supported in one position: the value that changes nothing. */
const oneWay: Readonly<
  Record<
    string,
    { readonly fine: readonly string[]; readonly other: string; readonly text: string }
  >
> = {
  WSGICaseSensitivity: {
    fine: ['On'],
    other: 'Off',
    text: 'Whether upper and lower case differ in file names.',
  },
  WSGIPerInterpreterGIL: { fine: ['Off'], other: 'On', text: 'A lock for each sub-interpreter.' },
  WSGIFreeThreading: {
    fine: ['Off'],
    other: 'On',
    text: 'No global lock in a free-threaded Python.',
  },
  WSGIServerMetrics: { fine: ['Off'], other: 'On', text: 'Metrics for applications.' },
  WSGIPassApacheRequest: {
    fine: ['Off'],
    other: 'On',
    text: "Apache's request object in environ.",
  },
  WSGIErrorOverride: {
    fine: ['Off'],
    other: 'On',
    text: 'Error pages of the server instead of those of the application.',
  },
  WSGIDontWriteBytecode: { fine: ['Off'], other: 'On', text: 'No `.pyc` files.' },
  WSGIMapHEADToGET: {
    fine: ['Off', 'Auto'],
    other: 'On',
    text: 'Whether applications see HEAD as GET; `Auto` never does, as no filter changes responses.',
  },
};

export const acceptedDirectives: readonly Declaration[] = [
  ...stock
    .trim()
    .split(/\s+/)
    .map((name) => accepted(name, '…', '')),
  ...Object.entries(wsgi).map(([name, text]) =>
    notFlags.has(name) ? accepted(name, '…', text) : accepted(name, 'On|Off', text, checkFlag),
  ),
  ...Object.entries(oneWay).map(([name, { fine, other, text }]) =>
    oneWayFlag(name, fine, other, text),
  ),
];

function accepted(
  name: string,
  syntax: string,
  text: string,
  check?: (call: Call) => void,
): Declaration {
  return {
    name,
    kind: 'directive',
    family,
    syntax,
    contexts: everywhere,
    words: [0, Number.POSITIVE_INFINITY],
    text,
    effect: (call) => {
      check?.(call);
      if (isDefaultOf(name, call.words[0]?.value)) return;
      if (name === 'AddType' && refusesPrograms(call)) return;
      if (name === 'AllowOverride' || name === 'AllowOverrideList') return warnOfOverrides(call);
      once(call, name, `${name} has no effect here`);
    },
  };
}

/** `AddType application/x-httpd-php .php` says that files are programs, which must not be sent as texts. */
function refusesPrograms(call: Call): boolean {
  if (lossesOf(call.node, call.siblings).length === 0) return false;
  const message = `AddType ${call.words[0]!.value} (programs) is not supported yet`;
  passOver(call, 'unsupported-directive', message, { at: call.at });
  return true;
}

function checkFlag(call: Call): void {
  const [word] = call.words;
  if (!word || call.words.length > 1)
    throw new Refusal(
      'argument-count',
      `${call.name} takes one argument, got ${call.words.length}`,
      { hint: `the syntax is: ${call.name} On|Off` },
    );
  flag(word, call.name);
}

/** A note would be too little: an `.htaccess` may hold the only line that closes a folder. */
function warnOfOverrides(call: Call): void {
  if (call.evaluation.said.has('AllowOverride')) return;
  call.evaluation.said.add('AllowOverride');
  call.evaluation.diagnostics.push({
    ...diagnostic(
      'directive-without-effect',
      `${call.name}: .htaccess files are not read, and what they forbid is open`,
      {
        at: call.at,
        hint: 'move their lines into <Directory> sections, and write AllowOverride None',
      },
    ),
    severity: 'warning',
  });
}

/** As mod_wsgi lists them. */
function offOnAuto(a: string, b: string): number {
  const order = ['Off', 'On', 'Auto'];
  return order.indexOf(a) - order.indexOf(b);
}

/** A value that says what holds anyway needs no note. */
function isDefaultOf(name: string, value: string | undefined): boolean {
  return name.startsWith('AllowOverride') && value?.toLowerCase() === 'none';
}

function oneWayFlag(
  name: string,
  fine: readonly string[],
  other: string,
  text: string,
): Declaration {
  const serverWide = !['WSGIPassApacheRequest', 'WSGIErrorOverride', 'WSGIMapHEADToGET'].includes(
    name,
  );
  return {
    name,
    kind: 'directive',
    family,
    syntax: [...fine, other].join('|'),
    default: fine.at(-1)!,
    contexts: serverWide ? serverOnly : everywhere,
    words: [1, 1],
    text: `${text} \`${name} ${other}\` is not supported yet.`,
    effect: ({ words: [word] }) => {
      const value = word!.value.toLowerCase();
      if (fine.some((entry) => entry.toLowerCase() === value)) return;
      if (value !== other.toLowerCase())
        throw invalid(
          word!,
          `${name} must be one of: ${[...fine, other].sort(offOnAuto).join(' | ')}`,
        );
      throw new Refusal('unsupported-directive', `${name} ${other} is not supported yet`, {
        at: word!.at,
      });
    },
  };
}
