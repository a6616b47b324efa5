import type { ForeignFunctions } from './foreign.js';

const afUnix = 1;
const sockStream = 1;

/** Two connected Unix sockets, as descriptors. Children would inherit them: whoever gets one closes that gap. */
export function socketPair(foreign: ForeignFunctions): [number, number] {
  const make = foreign.own().function('int socketpair(int, int, int, void *)');
  const pair = Buffer.alloc(8);
  if (make(afUnix, sockStream, 0, pair) !== 0) throw new Error('no socket pair can be made');
  return [pair.readInt32LE(0), pair.readInt32LE(4)];
}
