import * as fs from 'node:fs';

/** Writes text to a descriptor in order, without ever making the caller wait. */
export interface Appender {
  write(text: string): void;
  /** Writes what is left, for at most `milliseconds`. */
  flush(milliseconds: number): Promise<void>;
}

export interface AppenderOptions {
  readonly fd: number;
  /** How many lines were lost, at most once a minute: the disk is full, or the reader of a pipe is slow or gone. */
  readonly lost: (lines: number) => void;
  readonly write?: (
    fd: number,
    data: Buffer,
    done: (error: Error | null, n: number) => void,
  ) => void;
}

/** Characters that may wait. */
const longestQueue = 4 * 1024 * 1024;
const retryAfter = 50;
const tellAfter = 60_000;

export function createAppender(options: AppenderOptions): Appender {
  const write = options.write ?? ((fd, data, done) => fs.write(fd, data, done));
  let waiting: string[] = [];
  let length = 0;
  let busy = false;
  let lost = 0;
  let tellTimer: NodeJS.Timeout | undefined;
  let whenIdle: (() => void)[] = [];

  function lose(lines: number): void {
    lost += lines;
    if (tellTimer) return;
    tellTimer = setTimeout(() => {
      tellTimer = undefined;
      options.lost(lost);
      lost = 0;
    }, tellAfter);
    tellTimer.unref();
  }

  function next(): void {
    if (waiting.length === 0) {
      busy = false;
      for (const tell of whenIdle.splice(0)) tell();
      return;
    }
    busy = true;
    const lines = waiting.length;
    const data = Buffer.from(waiting.join(''), 'utf8');
    waiting = [];
    length = 0;
    writeAll(data, lines);
  }

  function writeAll(data: Buffer, lines: number): void {
    write(options.fd, data, (error, written) => {
      const code = (error as NodeJS.ErrnoException | null)?.code;
      if (code === 'EAGAIN') {
        setTimeout(() => writeAll(data, lines), retryAfter);
        return;
      }
      if (error) lose(lines);
      if (!error && written < data.length) writeAll(data.subarray(written), lines);
      else next();
    });
  }

  return {
    write(text) {
      if (length + text.length > longestQueue) {
        lose(1);
        return;
      }
      waiting.push(text);
      length += text.length;
      if (!busy) next();
    },
    async flush(milliseconds) {
      if (!busy) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        whenIdle.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
      whenIdle = [];
    },
  };
}
