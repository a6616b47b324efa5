import { randomBytes } from 'node:crypto';
import { close, openSync, read, unlinkSync, writev } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file without a name that holds a request body until the application has read it. */
export interface BodyFile {
  /** Bytes that can be read. */
  readonly length: number;
  /** Bytes that are not written yet. */
  readonly pending: number;
  append(chunk: Buffer): void;
  /** Calls back once with what stands there, or with nothing when it cannot be read. */
  read(offset: number, length: number, then: (chunk: Buffer | undefined) => void): void;
  close(): void;
}

export interface BodyFileEvents {
  /** Everything that was appended is written. */
  written(): void;
  failed(error: NodeJS.ErrnoException): void;
}

/** @throws Error where no file can be made. */
export function openBodyFile(events: BodyFileEvents): BodyFile {
  const fd = openNameless();
  let waiting: Buffer[] = [];
  let length = 0;
  let pending = 0;
  let operations = 0;
  let writing = false;
  let closed = false;

  /** A descriptor is closed only when nothing uses it: its number may be another file the next moment. */
  function done(): void {
    operations--;
    if (closed && operations === 0) close(fd, () => {});
  }

  function write(chunks: Buffer[], bytes: number): void {
    operations++;
    writing = true;
    writev(fd, chunks, length, (error, written) => {
      writing = false;
      done();
      if (closed) return;
      if (error) {
        events.failed(error);
        return;
      }
      length += written;
      pending -= written;
      const rest = written < bytes ? behind(chunks, written) : [];
      waiting = [...rest, ...waiting];
      writeWaiting();
      if (pending === 0) events.written();
    });
  }

  function writeWaiting(): void {
    if (writing || waiting.length === 0) return;
    const chunks = waiting;
    waiting = [];
    write(
      chunks,
      chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    );
  }

  return {
    get length() {
      return length;
    },
    get pending() {
      return pending;
    },
    append(chunk) {
      waiting.push(chunk);
      pending += chunk.length;
      writeWaiting();
    },
    read(offset, wanted, then) {
      operations++;
      read(fd, Buffer.allocUnsafeSlow(wanted), 0, wanted, offset, (error, got, buffer) => {
        done();
        then(error || got === 0 ? undefined : buffer.subarray(0, got));
      });
    },
    close() {
      if (closed) return;
      closed = true;
      waiting = [];
      operations++;
      done();
    },
  };
}

function behind(chunks: readonly Buffer[], written: number): Buffer[] {
  return [Buffer.concat(chunks).subarray(written)];
}

/** On disk rather than in memory where there is a choice: /tmp may be either. */
export function openNameless(): number {
  const folders = [process.env['TMPDIR'] ?? '/var/tmp', tmpdir()];
  let failure: unknown;
  for (const folder of folders) {
    const path = join(folder, `venvhost-body-${randomBytes(12).toString('hex')}`);
    try {
      const fd = openSync(path, 'wx+', 0o600);
      unlinkSync(path);
      return fd;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
