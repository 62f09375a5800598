/** How long something is noted ahead of itself, ms. */
const aheadMs = 60_000;
/** How long positions are watched before it is known how fast they come, ms. */
const measureMs = 10_000;

/** How fast positions go by in one partition, measured as they come. */
export class Pace {
  #since: { readonly time: number; readonly position: number } | null = null;
  #perMs = 0;

  constructor(private readonly now: () => number) {}

  /** How many positions will about come within the next minute; 0 while nothing is known. */
  ahead(position: number): number {
    const time = this.now();
    this.#since ??= { time, position };
    const elapsed = time - this.#since.time;
    if (elapsed >= measureMs) {
      this.#perMs = Math.max(0, position - this.#since.position) / elapsed;
      this.#since = { time, position };
    }
    return Math.round(this.#perMs * aheadMs);
  }
}
