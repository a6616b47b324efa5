import type { Stated } from '../../base/span.js';
import type { ProcessGroupOptions } from '../config.js';
import {
  bytesOption,
  type DaemonOption,
  type Fail,
  failure,
  flagOption,
  numberOption,
  option,
  secondsOption,
  textOption,
} from '../daemon-option.js';
import { type Call, Refusal } from '../declaration.js';
import type { OptionSet } from '../options.js';
import { pathList } from '../paths.js';
import { absolutePath, stated } from '../values.js';

/** Every option of WSGIDaemonProcess, in the order of the manual. */
export const daemonOptionList: readonly DaemonOption[] = [
  textOption('python-home', {
    key: 'pythonHome',
    what: 'Python home',
    syntax: 'folder',
    default: 'WSGIPythonHome',
    check: folder,
    text: 'The root of the virtual environment, or of the Python installation, that the processes run on: the folder above `bin/python`. Each group may have another Python version.',
  }),
  option(
    'python-path',
    'folder[:folder…]',
    { text: 'Folders that come first in `sys.path`; their `.pth` files are read.' },
    (into, word, call) => {
      into.pythonPath = pathList(call, word);
      return true;
    },
  ),
  textOption('python-eggs', {
    key: 'pythonEggs',
    what: 'Python egg cache',
    syntax: 'folder',
    check: folder,
    text: 'The folder for unpacked eggs, `PYTHON_EGG_CACHE`.',
  }),
  numberOption('processes', {
    key: 'processes',
    what: 'process count',
    syntax: 'number',
    min: 1,
    default: '1',
    hint: 'leave processes= out for a single process',
    text: 'How many processes the group has. Stating it, even as 1, makes `wsgi.multiprocess` true.',
  }),
  option(
    'threads',
    'number',
    {
      default: '15',
      text: 'How many requests a process handles at once. Service scripts (`threads=0`) are not supported yet.',
    },
    threads,
  ),
  textOption('user', {
    key: 'user',
    what: 'user',
    syntax: 'name|#number',
    default: '`User`',
    check: account,
    text: 'The user that the processes run as; needs a server that root started.',
  }),
  textOption('group', {
    key: 'group',
    what: 'group',
    syntax: 'name|#number',
    default: "`Group`, or the user's own group",
    check: account,
    text: 'The group that the processes run as.',
  }),
  option(
    'supplementary-groups',
    'name[,name…]',
    {
      default: 'the groups of the user',
      text: 'The further groups of the processes, by name or `#` and a number.',
    },
    supplementaryGroups,
  ),
  option(
    'umask',
    'octal',
    {
      default: 'that of the server',
      text: 'The permissions that new files of the processes do not get, in octal.',
    },
    umask,
  ),
  textOption('home', {
    key: 'home',
    what: 'home directory',
    syntax: 'folder',
    default: "the user's home",
    check: absolute,
    text: 'The working folder of the processes; it also comes first in `sys.path`.',
  }),
  textOption('lang', {
    key: 'lang',
    what: 'language',
    syntax: 'locale',
    text: 'The variable `LANG` of the processes.',
  }),
  textOption('locale', {
    key: 'locale',
    what: 'locale',
    syntax: 'locale',
    default: 'a UTF-8 locale',
    text: 'The variable `LC_ALL` of the processes.',
  }),
  textOption('display-name', {
    key: 'displayName',
    what: 'display name',
    syntax: 'text|%{GROUP}',
    text: 'The name of the processes in ps; `%{GROUP}` is `(wsgi:NAME)`.',
  }),
  secondsOption('startup-timeout', {
    key: 'startupTimeout',
    what: 'startup timeout',
    default: '0',
    text: 'How long the application may take to load; then the process is replaced. 0 is no limit.',
  }),
  secondsOption('queue-timeout', {
    key: 'queueTimeout',
    what: 'queue timeout',
    default: '0',
    text: 'How long a request may wait for a free thread; then it is answered with 504. 0 is no limit.',
  }),
  secondsOption('connect-timeout', {
    key: 'connectTimeout',
    what: 'connect timeout',
    default: '15',
    text: 'How long a request waits for a process that is not there; then it is answered with 503.',
  }),
  secondsOption('graceful-timeout', {
    key: 'gracefulTimeout',
    what: 'graceful timeout',
    default: '15',
    text: 'How long a process that is to be replaced may finish its requests.',
  }),
  secondsOption('shutdown-timeout', {
    key: 'shutdownTimeout',
    what: 'shutdown timeout',
    default: '5',
    text: 'How long a process may take to end; then it is killed.',
  }),
  numberOption('maximum-requests', {
    key: 'maximumRequests',
    what: 'request count',
    syntax: 'number',
    default: '0',
    text: 'After how many requests a process is replaced. 0 is never.',
  }),
  numberOption('listen-backlog', {
    key: 'listenBacklog',
    what: 'listen backlog',
    syntax: 'number',
    min: 1,
    max: 65_535,
    default: '100',
    text: 'How many connections of gateways may wait.',
  }),
  secondsOption('request-timeout', {
    key: 'requestTimeout',
    what: 'request timeout',
    honoured: false,
    default: '0',
    text: 'How long a request may take.',
  }),
  secondsOption('interrupt-timeout', {
    key: 'interruptTimeout',
    what: 'interrupt timeout',
    honoured: false,
    default: '0',
    text: 'How long a request that was interrupted may take to end.',
  }),
  secondsOption('deadlock-timeout', {
    key: 'deadlockTimeout',
    what: 'deadlock timeout',
    honoured: false,
    text: 'How long Python may not run at all in a process.',
  }),
  secondsOption('inactivity-timeout', {
    key: 'inactivityTimeout',
    what: 'inactivity timeout',
    honoured: false,
    default: '0',
    text: 'After how long without requests a process is replaced.',
  }),
  secondsOption('restart-interval', {
    key: 'restartInterval',
    what: 'restart interval',
    honoured: false,
    default: '0',
    text: 'After how long a process is replaced in any case.',
  }),
  secondsOption('eviction-timeout', {
    key: 'evictionTimeout',
    what: 'eviction timeout',
    honoured: false,
    default: '0',
    text: 'As `graceful-timeout`, after a signal.',
  }),
  secondsOption('socket-timeout', {
    key: 'socketTimeout',
    what: 'socket timeout',
    honoured: false,
    default: '0',
    text: 'How long a process may make no progress with a response.',
  }),
  secondsOption('response-socket-timeout', {
    key: 'responseSocketTimeout',
    what: 'response socket timeout',
    honoured: false,
    default: '0',
    text: 'How long a client may take nothing of a response.',
  }),
  numberOption('response-flush-delay', {
    key: 'responseFlushDelay',
    what: 'response flush delay',
    syntax: 'milliseconds',
    honoured: false,
    text: 'How long parts of a response are collected.',
  }),
  option(
    'switch-interval',
    'seconds',
    { honoured: false, default: '0.005', text: 'How often Python changes threads, with decimals.' },
    switchInterval,
  ),
  bytesOption('stack-size', {
    key: 'stackSize',
    what: 'stack size',
    min: 1,
    honoured: false,
    text: 'Stack size of the threads.',
  }),
  numberOption('cpu-priority', {
    key: 'cpuPriority',
    what: 'CPU priority',
    syntax: 'number',
    min: -20,
    max: 20,
    honoured: false,
    default: '0',
    text: 'Nice value of the processes.',
  }),
  secondsOption('cpu-time-limit', {
    key: 'cpuTimeLimit',
    what: 'CPU time limit',
    honoured: false,
    default: '0',
    text: 'CPU time after which a process is replaced.',
  }),
  bytesOption('memory-limit', {
    key: 'memoryLimit',
    what: 'memory limit',
    honoured: false,
    default: '0',
    text: 'Largest data segment of a process.',
  }),
  bytesOption('virtual-memory-limit', {
    key: 'virtualMemoryLimit',
    what: 'virtual memory limit',
    honoured: false,
    default: '0',
    text: 'Largest address space of a process.',
  }),
  textOption('chroot', {
    key: 'chroot',
    what: 'chroot directory',
    syntax: 'folder',
    check: absolute,
    honoured: false,
    text: 'The root folder of the processes.',
  }),
  textOption('script-user', {
    key: 'scriptUser',
    what: 'script user',
    syntax: 'name|#number',
    check: account,
    honoured: false,
    text: 'The user who must own the scripts. Not together with `script-group`.',
  }),
  textOption('script-group', {
    key: 'scriptGroup',
    what: 'script group',
    syntax: 'name|#number',
    check: account,
    honoured: false,
    text: 'The group that must own the scripts.',
  }),
  textOption('socket-user', {
    key: 'socketUser',
    what: 'socket user',
    syntax: 'name|#number',
    check: account,
    honoured: false,
    text: 'The owner of the socket.',
  }),
  flagOption('server-metrics', {
    key: 'serverMetrics',
    what: 'server metrics flag',
    honoured: false,
    default: 'Off',
    text: 'Whether applications may read the metrics of the server.',
  }),
  bytesOption('send-buffer-size', {
    key: 'sendBufferSize',
    what: 'send buffer size',
    least: 512,
    honoured: false,
    default: '0',
    text: 'Send buffer of the sockets.',
  }),
  bytesOption('receive-buffer-size', {
    key: 'receiveBufferSize',
    what: 'receive buffer size',
    least: 512,
    honoured: false,
    default: '0',
    text: 'Receive buffer of the sockets.',
  }),
  bytesOption('header-buffer-size', {
    key: 'headerBufferSize',
    what: 'header buffer size',
    least: 8192,
    honoured: false,
    default: '0',
    text: 'Longest line of a response header.',
  }),
  bytesOption('response-buffer-size', {
    key: 'responseBufferSize',
    what: 'response buffer size',
    least: 65_536,
    honoured: false,
    default: '0',
    text: 'How much of a response may wait for its client.',
  }),
];

/** The same, as the reader of WSGIDaemonProcess takes them. */
export const daemonOptions: OptionSet<ProcessGroupOptions> = Object.fromEntries(
  daemonOptionList.map((entry) => [entry.name, entry.read]),
);

function folder(word: Stated<string>, call: Call): string {
  return absolutePath(call, word);
}

function absolute(word: Stated<string>, call: Call, fail: Fail): string {
  if (!word.value.startsWith('/')) throw fail(word, 'must be an absolute path, beginning with "/"');
  return absolutePath(call, word);
}

function account(word: Stated<string>, _call: Call, fail: Fail): string {
  if (!isAccount(word.value)) throw fail(word, 'must be a name, or "#" and a number');
  return word.value;
}

function isAccount(text: string): boolean {
  return /^(#\d+|[^\s#:,][^\s:,]*)$/.test(text);
}

function threads(into: ProcessGroupOptions, word: Stated<string>): boolean {
  const value = /^\d+$/.test(word.value) ? Number(word.value) : Number.NaN;
  if (value === 0)
    throw new Refusal(
      'unsupported-directive',
      'service scripts (threads=0) are not supported yet',
      {
        at: word.at,
        hint: 'write threads=1 or more',
      },
    );
  if (!(value <= 65_533))
    throw failure('thread count', 'threads')(
      word,
      'must be a whole number from 1 to 65533',
      'leave threads= out for 15',
    );
  into.threads = stated(word, value);
  return true;
}

function umask(into: ProcessGroupOptions, word: Stated<string>): boolean {
  if (!/^0?[0-7]{1,3}$/.test(word.value))
    throw failure('umask', 'umask')(
      word,
      'must be an octal number up to 0777',
      'for example umask=0022',
    );
  into.umask = stated(word, Number.parseInt(word.value, 8));
  return true;
}

function supplementaryGroups(into: ProcessGroupOptions, word: Stated<string>): boolean {
  const names = word.value.split(',');
  if (!names.every(isAccount))
    throw failure('supplementary groups', 'supplementary-groups')(
      word,
      'must be names, or "#" and numbers, with "," between them',
    );
  into.supplementaryGroups = stated(word, names);
  return true;
}

function switchInterval(into: ProcessGroupOptions, word: Stated<string>): boolean {
  const value = /^\d*\.?\d+$/.test(word.value) ? Number(word.value) : 0;
  if (!(value > 0))
    throw failure('switch interval', 'switch-interval')(
      word,
      'must be a number of seconds above 0',
      'for example switch-interval=0.005',
    );
  into.switchInterval = stated(word, value);
  return true;
}
