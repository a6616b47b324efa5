/**
 * The entry of a gateway process. Nothing but Node's own modules and what ignores signals may be imported before
 * the user is switched: no line of ours that parses anything ever runs as root.
 */
import { Socket } from 'node:net';
import { ignoreSignals } from '../base/deaf.js';

// Whoever has the user of the gateway may send them: an application without `user=` has.
ignoreSignals();
becomeUser(process.argv[2]);
process.title = 'venvhost: gateway';
// A terminal sends Ctrl-C to every process; when a gateway ends is for the supervisor to say.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('SIGHUP', () => {});
await start();

async function start(): Promise<void> {
  const { messageFd } = await import('./message-pipe.js');
  const supervisor = new Socket({ fd: messageFd });
  try {
    const { endAtOnce, runGateway } = await import('./run-gateway.js');
    supervisor.on('close', endAtOnce);
    runGateway(supervisor);
  } catch (error) {
    const message = `a gateway cannot start: ${error instanceof Error ? error.message : String(error)}`;
    supervisor.write(`${JSON.stringify({ type: 'failed', message })}\n`);
  }
}

/** @throws Error where the switch fails or could be undone; the process ends then. */
function becomeUser(argument: string | undefined): void {
  if (!argument) return;
  const identity = JSON.parse(argument) as { uid: number; gid: number; groups: number[] };
  process.setgroups?.(identity.groups);
  process.setgid?.(identity.gid);
  process.setuid?.(identity.uid);
  if (identity.uid !== 0 && canBecomeRoot())
    throw new Error('the gateway process could become root again');
}

function canBecomeRoot(): boolean {
  try {
    process.setuid?.(0);
    return true;
  } catch {
    return false;
  }
}
