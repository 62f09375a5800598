/** Places kept at most. */
const most = 32;

/**
 * Positions spread over a log whose length is not known before it was read: of events that are there, as a log need not
 * know other positions. Two to some thirty of them, the beginning first.
 */
export class Places {
  #every = 1;
  #seen = 0;
  #positions: number[] = [0];

  /** Of the next event. */
  take(position: number): void {
    this.#seen++;
    if (this.#seen % this.#every !== 0) return;
    this.#positions.push(position);
    if (this.#positions.length <= most) return;
    this.#positions = this.#positions.filter((_, index) => index % 2 === 0);
    this.#every *= 2;
  }

  get positions(): readonly number[] {
    return this.#positions;
  }

  /** Events from one of them to the next. */
  get apart(): number {
    return this.#every;
  }
}
