/**
 * Sequences in the order in which they came, as runs: 1, 2, 3, 7, 8 is [1, 3], [7, 8]. What came in order costs one run
 * however much it was, so that the record of tens of millions of deliveries stays small.
 */
export class Arrivals {
  readonly #runs: number[] = [];
  #count = 0;

  add(sequence: number): void {
    const runs = this.#runs;
    const last = runs.length - 1;
    if (last >= 0 && runs[last] === sequence - 1) runs[last] = sequence;
    else runs.push(sequence, sequence);
    this.#count++;
  }

  /** Each one that came, repeated ones too. */
  get count(): number {
    return this.#count;
  }

  /** In the order of arrival, both ends inside. */
  *runs(): Generator<{ from: number; to: number }> {
    for (let i = 0; i < this.#runs.length; i += 2)
      yield { from: this.#runs[i] as number, to: this.#runs[i + 1] as number };
  }
}
