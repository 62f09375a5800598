/** Batches that may be on their way to the main thread: beyond it the projecting thread waits. */
const window = 64;

/** Counts batches sent and taken in shared memory, so that a slow receiver holds up the sender instead of its memory. */
export class Credit {
  readonly #counts: Int32Array<SharedArrayBuffer>;

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.#counts = new Int32Array(buffer);
  }

  /** Waits until another batch may be sent, and counts it. */
  async send(): Promise<void> {
    for (;;) {
      const taken = Atomics.load(this.#counts, 1);
      if (Atomics.load(this.#counts, 0) - taken < window) break;
      const wait = Atomics.waitAsync(this.#counts, 1, taken);
      if (wait.async) await wait.value;
    }
    Atomics.add(this.#counts, 0, 1);
  }

  take(): void {
    Atomics.add(this.#counts, 1, 1);
    Atomics.notify(this.#counts, 1);
  }
}
