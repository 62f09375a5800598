/** Where the bytes of the log are. Offsets are those of the log: the first frame begins at `LOG_START`. */
export interface Storage {
  /** Offset behind the last byte that is there for good. */
  readonly length: number;
  /** Resolves when all of it is durable, in this order. A rejection leaves the storage unusable. */
  append(frames: readonly Buffer[]): Promise<void>;
  /** Bytes that were appended durably. */
  read(offset: number, length: number): Buffer;
  /** Forgets everything from this offset on: the torn end of a log. */
  truncate(offset: number): void;
  close(): void;
}

/** No event stands at position 0, which means "the start". */
export const LOG_START = 16;

const PAGE = 1 << 20;

/** For tests that need no restart. */
export class MemoryStorage implements Storage {
  readonly #pages: Buffer[] = [Buffer.alloc(PAGE)];
  #length = LOG_START;

  get length(): number {
    return this.#length;
  }

  append(frames: readonly Buffer[]): Promise<void> {
    for (const frame of frames) {
      for (let done = 0; done < frame.length;) {
        const at = this.#length % PAGE;
        const page = (this.#pages[Math.floor(this.#length / PAGE)] ??= Buffer.alloc(PAGE));
        const copied = frame.copy(page, at, done);
        done += copied;
        this.#length += copied;
      }
    }
    return Promise.resolve();
  }

  read(offset: number, length: number): Buffer {
    const first = Math.floor(offset / PAGE);
    const last = Math.floor((offset + length - 1) / PAGE);
    const from = offset - first * PAGE;
    const page = this.#pages[first] ?? Buffer.alloc(0);
    if (first === last) return page.subarray(from, from + length);
    return Buffer.concat(this.#pages.slice(first, last + 1)).subarray(from, from + length);
  }

  truncate(offset: number): void {
    this.#length = offset;
  }

  close(): void {
    this.#pages.length = 0;
  }
}
