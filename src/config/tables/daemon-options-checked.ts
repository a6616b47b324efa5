import type { Stated } from '../../base/span.js';
import { absolute, account } from '../accounts.js';
import type { ProcessGroupOptions } from '../config.js';
import {
  bytesOption,
  type DaemonOption,
  failure,
  flagOption,
  numberOption,
  option,
  secondsOption,
  textOption,
} from '../daemon-option.js';
import { stated } from '../values.js';

/** Options that are checked like all others and do nothing yet. */
export const checkedOptions: readonly DaemonOption[] = [
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
    default: '5',
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
    refused: true,
    text: 'The root folder of the processes.',
  }),
  textOption('script-user', {
    key: 'scriptUser',
    what: 'script user',
    syntax: 'name|#number',
    check: account,
    honoured: false,
    refused: true,
    text: 'The user who must own the scripts. Not together with `script-group`.',
  }),
  textOption('script-group', {
    key: 'scriptGroup',
    what: 'script group',
    syntax: 'name|#number',
    check: account,
    honoured: false,
    refused: true,
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
