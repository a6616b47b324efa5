/** First in, first out; entries that came back stand at the front. */
export interface Queue<T> {
  readonly length: number;
  add(entry: T): void;
  addFirst(entry: T): void;
  first(): T | undefined;
  take(): T | undefined;
  some(test: (entry: T) => boolean): boolean;
  /** Drops the entries for which `gone` holds. */
  drop(gone: (entry: T) => boolean): void;
}

export function createQueue<T>(): Queue<T> {
  /** In reverse order: the last one is the first of the queue. */
  const returned: T[] = [];
  let entries: T[] = [];
  let head = 0;
  return {
    get length() {
      return returned.length + entries.length - head;
    },
    add: (entry) => void entries.push(entry),
    addFirst: (entry) => void returned.push(entry),
    first: () => returned.at(-1) ?? entries[head],
    some: (test) => returned.some(test) || entries.slice(head).some(test),
    drop(gone) {
      const kept = returned.filter((entry) => !gone(entry));
      returned.length = 0;
      returned.push(...kept);
      entries = entries.slice(head).filter((entry) => !gone(entry));
      head = 0;
    },
    take() {
      const back = returned.pop();
      if (back !== undefined) return back;
      const entry = entries[head];
      if (entry === undefined) return undefined;
      head++;
      if (head === entries.length) {
        entries = [];
        head = 0;
      } else if (head > 1024 && head * 2 > entries.length) {
        entries = entries.slice(head);
        head = 0;
      }
      return entry;
    },
  };
}
