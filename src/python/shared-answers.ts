import { dirname, join } from 'node:path';
import type { RunAs } from '../base/as-identity.js';
import type { Answer, Ask } from './ask.js';
import type { Machine } from './machine.js';
import { firstClosed, type Walk, walkPath } from './path-walk.js';
import { parsePyvenvCfg } from './pyvenv-cfg.js';

type Files = Pick<Machine, 'look' | 'target' | 'read' | 'self'>;

/** One environment was asked; the others of its kind get the same answer, with their own paths. */
interface Leader {
  readonly home: string;
  readonly executable: string;
  readonly asking: ReturnType<Ask>;
}

/**
 * Starts one interpreter for all virtual environments whose `bin/python` is a link to the same one, whose
 * pyvenv.cfg names the same home, and that the same user asks: a machine with 500 environments has few
 * Pythons. Whatever is not plain, or fails, is asked on its own.
 */
export function askOncePerPython(ask: Ask, files: Files): Ask {
  const leaders = new Map<string, Leader>();
  return async (executable, who) => {
    const home = dirname(dirname(executable));
    const kind = kindOf(home, executable, who ?? files.self, files);
    const leader = kind === undefined ? undefined : leaders.get(kind);
    if (!leader) {
      const asking = ask(executable, who);
      if (kind !== undefined) leaders.set(kind, { home, executable, asking });
      return asking;
    }
    const asked = await leader.asking;
    if (!asked.ok || asked.answer.executable !== leader.executable) return ask(executable, who);
    return { ok: true, answer: inHome(asked.answer, leader, { home, executable }) };
  };
}

/** What environments with the same answer have in common; nothing where that cannot be known from outside. */
function kindOf(home: string, executable: string, who: RunAs, files: Files): string | undefined {
  const program = walkPath(executable, files);
  const cfgPath = join(home, 'pyvenv.cfg');
  const cfg = walkPath(cfgPath, files);
  if (program.at === executable || !isOpen(program, 0o111, who) || !isOpen(cfg, 0o444, who)) return;
  const base = parsePyvenvCfg(files.read(cfgPath) ?? '').home;
  if (base === undefined) return;
  return JSON.stringify([program.at, base, who.uid, who.gid, who.groups]);
}

/** A file that everybody has the rights to, behind folders that this user can enter. */
function isOpen(walk: Walk, rights: number, who: RunAs): boolean {
  if (walk.end !== 'file' || firstClosed(walk, who)) return false;
  return ((walk.entry?.mode ?? 0) & rights) === rights;
}

/** From 3.14 on the prefix is that of the environment, also without site.py. */
function inHome(answer: Answer, from: Leader, to: { home: string; executable: string }): Answer {
  return {
    ...answer,
    executable: to.executable,
    prefix: answer.prefix === from.home ? to.home : answer.prefix,
  };
}
