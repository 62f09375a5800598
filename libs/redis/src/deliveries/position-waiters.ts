interface Waiter {
  readonly position: number;
  readonly since: number;
  readonly end: (reached: boolean) => void;
}

/** Who waits until a position is reached. */
export class PositionWaiters {
  readonly #waiting = new Set<Waiter>();
  /** Nobody waits for less. */
  #lowest = Infinity;

  constructor(private readonly reached: () => number) {}

  /** Resolves true once the position is reached, false at the time limit. */
  waitFor(position: number, timeoutMs: number): Promise<boolean> {
    if (position <= this.reached()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        position,
        since: performance.now(),
        end: (reached) => {
          clearTimeout(timer);
          this.#waiting.delete(waiter);
          resolve(reached);
        },
      };
      const timer = setTimeout(() => waiter.end(false), timeoutMs);
      this.#waiting.add(waiter);
      this.#lowest = Math.min(this.#lowest, position);
    });
  }

  /** To be called whenever more may have been reached. */
  wake(): void {
    if (this.#waiting.size === 0) this.#lowest = Infinity;
    const reached = this.reached();
    if (reached < this.#lowest) return;
    this.#lowest = Infinity;
    for (const waiter of this.#waiting) {
      if (waiter.position <= reached) waiter.end(true);
      else this.#lowest = Math.min(this.#lowest, waiter.position);
    }
  }

  /** Somebody has waited for this long, ms. */
  hasWaited(ms: number): boolean {
    // In the order in which they came: the first has waited longest.
    for (const { since } of this.#waiting) return performance.now() - since >= ms;
    return false;
  }

  close(): void {
    for (const waiter of this.#waiting) waiter.end(false);
  }
}
