/**
 * The journal tells which requests a daemon process has begun, also after it was killed, at the price of one
 * store to shared memory per request. It is a file of u32 LE words that the supervisor makes for each process;
 * the runtime maps it, gateways read it only when something went wrong. Each connection owns a region:
 *
 *     begun[slots]       written by the runtime: the stream number it begins in this slot
 *     withdrawn[slots]   written by the gateway: the stream number it wants back from this slot
 *
 * Runtime, before it calls the application for stream s in slot i: begun[i] = s, a full barrier (a lock), then
 * if withdrawn[i] == s it does not call, and answers Refused.
 * Gateway, to send s elsewhere while the process is alive but silent: withdrawn[i] = s, then if begun[i] == s
 * the request counts as begun and stays, unless Refused comes after all. Else it is sent elsewhere, and the
 * slot is not used again before Refused has come.
 * Whoever is second sees the first, so no request runs twice, and none is lost.
 * Gateway, when the process is dead: s was begun exactly if begun[i] == s.
 */
export const slotBits = 10;
export const slots = 1 << slotBits;
const wordLength = 4;
/** Words of one connection's region. */
export const regionWords = 2 * slots;
/** Connections that one process can have at the same time: one for each gateway and application group. Untouched regions take no memory. */
export const regions = 1024;
export const journalLength = regions * regionWords * wordLength;

export function slotOf(stream: number): number {
  return stream & (slots - 1);
}

/** Byte offset of `begun[slot of stream]` in a region that starts at `offset` words. */
export function begunOffset(offset: number, stream: number): number {
  return (offset + slotOf(stream)) * wordLength;
}

/** Byte offset of `withdrawn[slot of stream]`. */
export function withdrawnOffset(offset: number, stream: number): number {
  return (offset + slots + slotOf(stream)) * wordLength;
}

const nothingBegun = Buffer.alloc(slots * wordLength);

/** Whether a whole journal shows a request that was begun. A region is emptied when a new connection takes it. */
export function hasBegun(journal: Buffer): boolean {
  for (let region = 0; region < regions; region++) {
    const start = region * regionWords * wordLength;
    if (!journal.subarray(start, start + nothingBegun.length).equals(nothingBegun)) return true;
  }
  return false;
}
