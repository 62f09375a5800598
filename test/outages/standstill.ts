const lookEveryMs = 200;

/** Whether this very process stood still, by whatever was done to it: what it saw then tells nothing of others. */
export class Standstill {
  #last = performance.now();
  #longestMs = 0;
  readonly #timer = setInterval(() => this.#look(), lookEveryMs);

  /** Longest pause since it was asked last, ms. */
  take(): number {
    this.#look();
    const longest = this.#longestMs;
    this.#longestMs = 0;
    return longest;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    this.#longestMs = Math.max(this.#longestMs, now - this.#last - lookEveryMs);
    this.#last = now;
  }
}
