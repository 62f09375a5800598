/** What a rising position was a few seconds ago. */
export class PositionHistory {
  readonly #samples: { readonly at: number; readonly position: number }[] = [];

  /** Milliseconds that are remembered. */
  constructor(private readonly span: number) {}

  record(at: number, position: number): void {
    const last = this.#samples.at(-1);
    if (last === undefined || position > last.position) this.#samples.push({ at, position });
    while (this.#samples[1] !== undefined && this.#samples[1].at < at - this.span) this.#samples.shift();
  }

  /** The position as it was recorded last at or before `at`; 0 before the first time. */
  at(at: number): number {
    for (let index = this.#samples.length - 1; index >= 0; index--) {
      const sample = this.#samples[index];
      if (sample !== undefined && sample.at <= at) return sample.position;
    }
    return 0;
  }
}
