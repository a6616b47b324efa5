/** A text that is read from left to right. */
export class Source {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get over(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The next character. */
  get next(): string | undefined {
    return this.#text[this.#at];
  }

  /** The next characters, without taking them. */
  rest(length: number): string {
    return this.#text.slice(this.#at, this.#at + length);
  }

  skip(length: number): void {
    this.#at += length;
  }

  /** Takes the character if it is next. */
  take(letter: string): boolean {
    if (this.next !== letter) return false;
    this.#at++;
    return true;
  }

  /** Takes what a sticky expression matches here. */
  match(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text) ?? undefined;
    if (found) this.#at += found[0].length;
    return found;
  }
}
