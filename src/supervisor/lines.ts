import { StringDecoder } from 'node:string_decoder';

/** A line is cut here, so that output without line ends cannot fill the memory. */
const longestLine = 32 * 1024;

/** Turns the bytes of a pipe into lines. `end()` gives the last one where its line end is missing. */
export function lineSplitter(take: (line: string) => void): {
  push(chunk: Buffer): void;
  end(): void;
} {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return {
    push(chunk) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line.endsWith('\r') ? line.slice(0, -1) : line);
      for (; rest.length > longestLine; rest = rest.slice(longestLine))
        take(rest.slice(0, longestLine));
    },
    end() {
      rest += decoder.end();
      if (rest !== '') take(rest);
      rest = '';
    },
  };
}

/** Keeps the last `limit` lines. */
export function lastLines(limit: number): { add(line: string): void; all(): string[] } {
  const kept: string[] = [];
  return {
    add(line) {
      kept.push(line);
      if (kept.length > limit) kept.shift();
    },
    all: () => [...kept],
  };
}
