/** A file grows by so much. */
export const segmentLength = 1024 * 1024;

/** What answers that wait for slow clients may take of the disk. */
export interface DiskLimits {
  /** All of a gateway together. */
  readonly bytes: number;
  /** One answer. */
  readonly bytesOfOne: number;
  readonly files: number;
}

export const diskLimits: DiskLimits = {
  bytes: 1024 * 1024 * 1024,
  bytesOfOne: 256 * 1024 * 1024,
  files: 128,
};

export class DiskAllowance {
  readonly #limits: DiskLimits;
  #segments = 0;
  #files = 0;

  constructor(limits: DiskLimits = diskLimits) {
    this.#limits = limits;
  }

  /** @returns whether one more answer may have a file; it gives that back with `closed`. */
  open(): boolean {
    if (this.#files >= this.#limits.files || !this.#hasSegment) return false;
    this.#files++;
    return true;
  }

  get #hasSegment(): boolean {
    return (this.#segments + 1) * segmentLength <= this.#limits.bytes;
  }

  closed(segments: number): void {
    this.#files--;
    this.#segments -= segments;
  }

  /** @returns whether a file that has `segments` may have one more. */
  take(segments: number): boolean {
    if ((segments + 1) * segmentLength > this.#limits.bytesOfOne || !this.#hasSegment) return false;
    this.#segments++;
    return true;
  }
}
