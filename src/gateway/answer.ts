import { AnswerWindow } from './allowance.js';
import { AnswerSpool } from './answer-spool.js';
import { openNameless } from './body-file.js';
import type { HeldAnswer } from './held-answers.js';
import type { AnswerHead } from './http/answer-head.js';
import type { Exchange } from './http/exchange.js';
import type { Services } from './services.js';

/** Who gets the answer from the application. */
export interface AnswerSource extends Pick<HeldAnswer, 'pool' | 'timeout'> {
  /** The application may send so many bytes more. */
  grant(bytes: number): void;
}

/**
 * A long answer on its way to its client. Where that is slow the application goes on, as far as there is memory, and
 * then disk; beyond that it waits with its thread, and the answer is among those that are held.
 */
export class Answer implements HeldAnswer {
  heldSince = 0;
  readonly #source: AnswerSource;
  readonly #exchange: Exchange;
  readonly #services: Services;
  readonly #window: AnswerWindow;
  #spool: AnswerSpool | undefined;
  #reading = false;
  /** Whether the application may still send something, and then whether it has sent all. */
  #streaming = true;
  #complete = false;

  constructor(exchange: Exchange, services: Services, source: AnswerSource) {
    this.#exchange = exchange;
    this.#services = services;
    this.#source = source;
    this.#window = new AnswerWindow(services.allowance);
  }

  /** @returns false when the head cannot be sent. */
  begin(head: AnswerHead): boolean {
    return this.#exchange.begin(head);
  }

  /** @returns whether `payload` is in use still. */
  data(payload: Buffer): boolean {
    const exchange = this.#exchange;
    this.#window.add(payload.length);
    if (this.#spool) {
      this.#spool.append(Buffer.from(payload));
      this.#grant();
      return false;
    }
    // Behind what the client has not taken yet it will wait for long: a copy holds its own bytes only.
    const waits = exchange.unsent > 0;
    if (!exchange.write(waits ? Buffer.from(payload) : payload)) this.#window.clogged = true;
    this.#grant();
    return !waits && exchange.unsent > 0;
  }

  end(): void {
    this.#complete = true;
    if (!this.#spool) this.#exchange.end();
  }

  drained(): void {
    this.#window.clogged = false;
    if (this.#spool) this.#pump(this.#spool);
    else this.#grant();
  }

  /** The application has no more to do with it. */
  detach(): void {
    this.#streaming = false;
    this.#window.close();
    this.#release();
  }

  /** Nothing more is sent. */
  close(): void {
    this.detach();
    this.#spool?.close();
    this.#spool = undefined;
  }

  // What is done with it while it is held

  get pool(): HeldAnswer['pool'] {
    return this.#source.pool;
  }

  get timeout(): number {
    return this.#source.timeout;
  }

  get taken(): number {
    return this.#exchange.bytesOut - this.#exchange.unsent;
  }

  /** From here on what comes goes through the disk. @returns false where that has no place. */
  store(): boolean {
    if (this.#spool) return this.#grant();
    const spool = this.#services.disk.open() ? this.#openSpool() : undefined;
    if (!spool?.reserve(this.#window.size)) {
      spool?.close();
      return false;
    }
    this.#spool = spool;
    return this.#grant();
  }

  giveUp(reason: string): void {
    this.#exchange.cut(reason);
  }

  #openSpool(): AnswerSpool | undefined {
    const { disk, held } = this.#services;
    try {
      return new AnswerSpool(openNameless(), disk, {
        written: () => this.#grant(),
        failed: (error) => held.diskFailed(error),
      });
    } catch (error) {
      disk.closed(0);
      held.diskFailed(error as NodeJS.ErrnoException);
      return undefined;
    }
  }

  /** @returns whether the application need not wait. */
  #grant(): boolean {
    const window = this.#window;
    if (!window.isDue || !this.#streaming) return true;
    const spool = this.#spool;
    if (spool && !spool.quick) return true;
    if (spool ? !spool.reserve(window.size) : !window.mayGrow(this.#exchange.unsent)) {
      if (this.heldSince === 0) this.#services.held.add(this);
      return false;
    }
    this.#release();
    this.#source.grant(window.take());
    return true;
  }

  #release(): void {
    if (this.heldSince > 0) this.#services.held.remove(this);
  }

  /** Sends what waits on disk, as the client takes it. */
  #pump(spool: AnswerSpool): void {
    if (this.#reading) return;
    if (spool.empty) {
      spool.close();
      this.#spool = undefined;
      if (this.#complete) this.#exchange.end();
      else this.#grant();
      return;
    }
    this.#reading = true;
    spool.read((chunk) => {
      this.#reading = false;
      if (!chunk) {
        this.#exchange.cut('what was stored of the answer cannot be read back');
        return;
      }
      if (this.#exchange.write(chunk)) this.#pump(spool);
      else this.#window.clogged = true;
      if (this.#spool) this.#grant();
    });
  }
}
