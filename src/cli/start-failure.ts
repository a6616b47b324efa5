import { dirname } from 'node:path';
import { formatSpan } from '../base/span.js';
import type { Plan } from '../plan/plan.js';

/**
 * Why a server whose plan is fine could not be started, with its place in the configuration and the way
 * out. `portOption` is how the command line states another port. Ends in a newline.
 */
export function startFailure(
  error: Error,
  plan: Pick<Plan, 'listeners'>,
  portOption: string,
): string {
  const message = plain(error.message);
  const port = portOf(message);
  const at = plan.listeners.find(
    (listener) => listener.port === port && fits(listener, message),
  )?.at;
  const hint = startHint(message, portOption);
  return [
    `not started: ${message}`,
    ...(at ? [`  at ${formatSpan(at)}: ${at.text.trim()}`] : []),
    ...hint.map((line, index) => (index === 0 ? `  hint: ${line}` : `        ${line}`)),
    '',
  ].join('\n');
}

const folderFailed = 'cannot make the folder of the sockets';

/** The words of Node for a folder, without its codes. */
function plain(message: string): string {
  const found = /^E[A-Z]+: ([^,]+), mkdir '(.*)'$/.exec(message);
  return found ? `${folderFailed}, ${JSON.stringify(found[2])}: ${found[1]}` : message;
}

function fits({ address }: { readonly address?: string }, message: string): boolean {
  return address === undefined || message.includes(address);
}

function portOf(message: string): number {
  return Number(/^cannot listen on .*:(\d+): /.exec(message)?.[1]);
}

/** The way out, by the words with which the start refuses. */
export function startHint(message: string, portOption: string): string[] {
  const port = portOf(message);
  if (port > 0) return listenHint(message, port, portOption);
  const log = /^cannot open the log file "(.*)": (.*)$/.exec(message);
  if (log?.[2]?.startsWith('no such file'))
    return [`make its folder: mkdir -p ${dirname(log[1]!)}`];
  if (log?.[2] === 'permission denied')
    return ['start venvhost as root, or let ErrorLog and CustomLog name a folder of its user'];
  if (/^cannot write the process id .*: (permission denied|no such file)/.test(message))
    return ['let PidFile name a file that the user of venvhost can write, or take it out'];
  if (message.includes('open files for its processes'))
    return ['raise the limit: LimitNOFILE= in the unit of systemd, ulimit -Hn in a shell'];
  if (message.startsWith(folderFailed))
    return ['let WSGISocketPrefix name a folder that the user of venvhost can write'];
  return [];
}

function listenHint(message: string, port: number, portOption: string): string[] {
  if (message.endsWith('permission denied'))
    return [
      'only root may use ports below 1024: start venvhost as root, with User and Group for what it runs,',
      `or choose a higher port: ${portOption}8080`,
    ];
  if (message.endsWith('address already in use'))
    return [
      `see who has it: ss -ltnp 'sport = :${port}'`,
      `or choose another port: ${portOption}${port === 65_535 ? 8080 : port + 1}`,
    ];
  if (message.endsWith('address not available'))
    return ['this machine has no such address; `ip address` shows those that it has'];
  return [];
}
