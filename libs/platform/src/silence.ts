/** Timeouts since the last success, and time since then, that make an engine count as silent. */
const enoughTimeouts = 2;
const enoughMs = 2_000;
/** How often one call at a time is let through to a silent engine, ms. */
const probeEveryMs = 500;

export interface SilenceOptions {
  /** Milliseconds from anywhere, never going back. */
  readonly now: () => number;
  /** Whether a failure means that there was no answer in time. Others say nothing of it, such as a connection that ends. */
  readonly isTimeout: (error: unknown) => boolean;
  /** For those who are not let through. */
  readonly refusal: () => Error;
  readonly onChange: (isSilent: boolean) => void;
}

/**
 * Spares callers the wait for an engine that takes everything and answers nothing, as a frozen one does: after some
 * timeouts in a row, calls fail at once, but for one now and then that tries. Its first answer ends the silence.
 */
export class Silence {
  #timeouts = 0;
  #heardAt: number;
  #probeAt = 0;
  #probing = false;

  constructor(private readonly options: SilenceOptions) {
    this.#heardAt = options.now();
  }

  get isSilent(): boolean {
    return this.#timeouts >= enoughTimeouts && this.options.now() - this.#heardAt >= enoughMs;
  }

  /** @throws what `refusal` makes, while the engine is silent */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (!this.isSilent) return this.#watched(call);
    if (this.#probing || this.options.now() < this.#probeAt) throw this.options.refusal();
    this.#probing = true;
    try {
      return await this.#watched(call);
    } finally {
      this.#probing = false;
      this.#probeAt = this.options.now() + probeEveryMs;
    }
  }

  async #watched<T>(call: () => Promise<T>): Promise<T> {
    const before = this.isSilent;
    try {
      const result = await call();
      this.#timeouts = 0;
      this.#heardAt = this.options.now();
      return result;
    } catch (error) {
      if (this.options.isTimeout(error)) this.#timeouts++;
      throw error;
    } finally {
      if (this.isSilent !== before) this.options.onChange(this.isSilent);
    }
  }
}
