import type { RunAs } from '../base/as-identity.js';
import { answerSeconds, runQuietly } from './ask.js';
import type { Machine } from './machine.js';

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
  const asked = { executable, words: [program], who, seconds: answerSeconds };
  const ran = await runQuietly(asked, machine, setpriv);
  if (ran === undefined || ran.failure !== undefined || ran.status !== 0) return undefined;
  const packed = Buffer.from(ran.stdout, 'base64');
  return packed.length === 0 ? undefined : packed;
}
