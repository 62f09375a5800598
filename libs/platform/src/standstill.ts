/** Nothing else runs for so long without a reason: frozen by a signal, a machine that was paused, a very long collection. */
const stoodStillMs = 1_000;
const tickMs = 250;
/** After that everything that lay in buffers meanwhile has been read. */
const overAfterMs = 2_000;

/**
 * Knows whether this process stood still until a moment ago. What it reads then may be from callers who have long gone
 * elsewhere, with newer questions after it: their farewell lies right behind what they said.
 */
export class Standstill {
  #ranAt = performance.now();
  #endedAt = -Infinity;
  readonly #timer = setInterval(() => this.#note(), tickMs).unref();

  hasJustEnded(): boolean {
    return this.#note() - this.#endedAt < overAfterMs;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Sockets are read before timers run. */
  #note(): number {
    const now = performance.now();
    if (now - this.#ranAt >= stoodStillMs) this.#endedAt = now;
    this.#ranAt = now;
    return now;
  }
}

/** Resolves when whatever can be read now from any socket has been read. */
export const everythingRead = (): Promise<void> =>
  new Promise((resolve) => void setImmediate(() => void setImmediate(resolve)));
