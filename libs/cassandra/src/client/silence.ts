import { ReadModelUnavailable } from '@parley/ports';

/** Timeouts in a row, and time without an answer, that make an engine count as silent. */
const enoughTimeouts = 3;
const enoughMs = 2_000;
/** How often one call at a time is let through to a silent engine, ms. */
const probeEveryMs = 500;

/**
 * Spares callers the wait for an engine that takes everything and answers nothing, as a frozen one does: after some
 * timeouts in a row, calls fail at once, but for one now and then that tries. Its first answer ends the silence.
 */
export class Silence {
  #timeouts = 0;
  #heardAt: number;
  #probeAt = 0;
  #probing = false;

  constructor(
    private readonly now: () => number,
    private readonly onChange: (isSilent: boolean) => void,
  ) {
    this.#heardAt = now();
  }

  get isSilent(): boolean {
    return this.#timeouts >= enoughTimeouts && this.now() - this.#heardAt >= enoughMs;
  }

  /** @param isTimeout whether a failure means that there was no answer in time @throws ReadModelUnavailable */
  async run<T>(call: () => Promise<T>, isTimeout: (error: unknown) => boolean): Promise<T> {
    if (!this.isSilent) return this.#watched(call, isTimeout);
    if (this.#probing || this.now() < this.#probeAt) {
      throw new ReadModelUnavailable('Cassandra: it takes everything and answers nothing');
    }
    this.#probing = true;
    try {
      return await this.#watched(call, isTimeout);
    } finally {
      this.#probing = false;
      this.#probeAt = this.now() + probeEveryMs;
    }
  }

  async #watched<T>(call: () => Promise<T>, isTimeout: (error: unknown) => boolean): Promise<T> {
    const before = this.isSilent;
    try {
      const result = await call();
      this.#heard();
      return result;
    } catch (error) {
      if (isTimeout(error)) this.#timeouts++;
      else this.#heard();
      throw error;
    } finally {
      if (this.isSilent !== before) this.onChange(this.isSilent);
    }
  }

  /** Also a refusal, or a connection that broke, is a word. */
  #heard(): void {
    this.#timeouts = 0;
    this.#heardAt = this.now();
  }
}
