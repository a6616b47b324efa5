import { asIdentity, type RunAs } from '../base/as-identity.js';
import { answerSeconds, quiet } from './ask.js';
import type { Machine } from './machine.js';

/** Characters; what compiled.py prints has a quarter of that. */
const outputLimit = 1024 * 1024;

/**
 * The modules of the runtime, compiled by an interpreter as the user of its daemons: what runtime/…/compiled.py
 * packs. Nothing where it gives no answer; daemons compile for themselves then. Never rejects.
 */
export async function packRuntime(
  executable: string,
  who: RunAs | undefined,
  program: string,
  machine: Machine,
  setpriv: string | undefined,
): Promise<Buffer | undefined> {
  if (who ? !setpriv : machine.self.uid === 0) return undefined;
  const argv = asIdentity(who, [executable, ...quiet, program], setpriv ?? '');
  const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', HOME: '/' };
  const ran = await machine.run(argv, { environment, seconds: answerSeconds, outputLimit });
  if (ran.failure !== undefined || ran.status !== 0) return undefined;
  const packed = Buffer.from(ran.stdout, 'base64');
  return packed.length === 0 ? undefined : packed;
}
