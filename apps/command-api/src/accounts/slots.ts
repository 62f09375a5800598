/** Runs at most so many pieces of work at a time; others wait in order, up to a limit. */
export class Slots {
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(atOnce: number, maxWaiting: number) {
    this.#free = atOnce;
    this.#maxWaiting = maxWaiting;
  }

  /** null: too many wait already. */
  run<T>(work: () => Promise<T>): Promise<T> | null {
    if (this.#free > 0) {
      this.#free--;
      return this.#hold(work);
    }
    if (this.#waiting.length >= this.#maxWaiting) return null;
    return new Promise<void>((resolve) => this.#waiting.push(resolve)).then(() => this.#hold(work));
  }

  /** The slot goes to the next in line, or is free again. */
  async #hold<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
