import type { Stated } from '../../base/span.js';
import { absolute, account, folder, isAccount } from '../accounts.js';
import type { ProcessGroupOptions } from '../config.js';
import {
  type DaemonOption,
  failure,
  numberOption,
  option,
  secondsOption,
  textOption,
} from '../daemon-option.js';
import { Refusal } from '../declaration.js';
import { pathList } from '../paths.js';
import { stated } from '../values.js';

/** Options that the server acts on. */
export const honouredOptions: readonly DaemonOption[] = [
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
      // mod_wsgi-express writes it so where nothing is added.
      if (word.value === '') return false;
      into.pythonPath = pathList(
        call,
        word,
        'invalid Python path for WSGI daemon process: python-path',
      );
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
  option(
    'application-isolation',
    'interpreter|process',
    {
      default: 'interpreter',
      text: 'An option of venvhost: what an application group other than `%{GLOBAL}` is. A sub-interpreter of each process of the group, as with mod_wsgi; or `process`, processes of its own, for packages that do not work in sub-interpreters. Pythons before 3.8 have processes in any case.',
    },
    applicationIsolation,
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
    default: '`/`, or the home of a user other than `User`',
    check: absolute,
    text: 'The working folder of the processes; it also comes first in `sys.path`.',
  }),
  textOption('lang', {
    key: 'lang',
    what: 'language',
    syntax: 'locale',
    default: 'C.UTF-8',
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
    default: '60',
    text: 'How long the application may take to load; then the process is replaced. 0 is no limit.',
  }),
  secondsOption('queue-timeout', {
    key: 'queueTimeout',
    what: 'queue timeout',
    default: '45',
    text: 'How long a request may wait for a free thread; then it is answered with 504. 0 is no limit.',
  }),
  secondsOption('request-timeout', {
    key: 'requestTimeout',
    what: 'request timeout',
    default: '0',
    text: 'How long a request may run; then it is answered with 504, or its response broken off. The application is not interrupted yet: its thread stays busy until it ends. 0 is no limit.',
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
    default: '1000',
    text: 'How many requests may wait for a free thread; further ones are answered with 503.',
  }),
];

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

function applicationIsolation(into: ProcessGroupOptions, word: Stated<string>): boolean {
  if (word.value !== 'interpreter' && word.value !== 'process')
    throw failure('application isolation', 'application-isolation')(
      word,
      'must be interpreter or process',
      'leave application-isolation= out for sub-interpreters',
    );
  into.applicationIsolation = stated(word, word.value);
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
