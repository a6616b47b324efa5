import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { begunOffset, withdrawnOffset } from '../../protocol/journal.js';

/** One connection's region of a process's journal. Used only when something went wrong. */
export interface Journal {
  /** Whether the runtime has begun the stream. True where the file cannot be read: then nothing runs twice. */
  begun(stream: number): boolean;
  /** Asks for the stream back. @returns false when it has been begun already. */
  withdraw(stream: number): boolean;
  close(): void;
}

/** @throws when the file cannot be opened. */
export function openJournal(path: string, region: number): Journal {
  const file = openSync(path, 'r+');
  const word = Buffer.alloc(4);
  function begun(stream: number): boolean {
    try {
      return (
        readSync(file, word, 0, 4, begunOffset(region, stream)) !== 4 ||
        word.readUInt32LE() === stream
      );
    } catch {
      return true;
    }
  }
  return {
    begun,
    withdraw(stream) {
      try {
        const wanted = Buffer.alloc(4);
        wanted.writeUInt32LE(stream);
        writeSync(file, wanted, 0, 4, withdrawnOffset(region, stream));
      } catch {
        return false;
      }
      // The store above is a system call on shared memory: whoever is second sees the first.
      return !begun(stream);
    },
    close: () => closeSync(file),
  };
}
