import type { RunAs } from '../base/as-identity.js';
import type { Entry } from './machine.js';

/**
 * Whether mode bits let `who` read a file, or list and enter a folder. Access control lists are not seen.
 */
export function canRead({ mode, uid, gid, kind }: Entry, who: RunAs): boolean {
  if (who.uid === 0) return true;
  const wanted = kind === 'folder' ? 0o5 : 0o4;
  if (uid === who.uid) return ((mode >> 6) & wanted) === wanted;
  if (gid === who.gid || who.groups.includes(gid)) return ((mode >> 3) & wanted) === wanted;
  return (mode & wanted) === wanted;
}

export function canExecute({ mode, uid, gid }: Entry, who: RunAs): boolean {
  if (who.uid === 0) return (mode & 0o111) !== 0;
  if (uid === who.uid) return (mode & 0o100) !== 0;
  if (gid === who.gid || who.groups.includes(gid)) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}

/** Whether everybody on the machine could replace it. The sticky bit of a folder protects what is in it. */
export function worldWritable({ mode, kind }: Entry): boolean {
  if (kind === 'link') return false;
  return (mode & 0o002) !== 0 && !(kind === 'folder' && (mode & 0o1000) !== 0);
}

/** `0755`, as chmod takes it. */
export function modeText(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
