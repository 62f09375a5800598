/** A set of sequences as disjoint ranges in rising order, both ends inside: small where the holes are few. */
export class RangeSet {
  #ranges: [from: number, to: number][] = [];

  get isEmpty(): boolean {
    return this.#ranges.length === 0;
  }

  get first(): readonly [from: number, to: number] | undefined {
    return this.#ranges[0];
  }

  has(value: number): boolean {
    return this.#ranges.some(([from, to]) => from <= value && value <= to);
  }

  add(from: number, to: number): void {
    if (from > to) return;
    const kept: [number, number][] = [];
    let joined: [number, number] = [from, to];
    for (const range of this.#ranges) {
      if (range[1] < joined[0] - 1 || range[0] > joined[1] + 1) kept.push(range);
      else joined = [Math.min(range[0], joined[0]), Math.max(range[1], joined[1])];
    }
    kept.push(joined);
    this.#ranges = kept.sort((a, b) => a[0] - b[0]);
  }

  remove(from: number, to: number): void {
    if (this.#ranges.length === 0) return;
    const rest: [number, number][] = [];
    for (const range of this.#ranges) {
      if (range[1] < from || range[0] > to) {
        rest.push(range);
        continue;
      }
      if (range[0] < from) rest.push([range[0], from - 1]);
      if (range[1] > to) rest.push([to + 1, range[1]]);
    }
    this.#ranges = rest;
  }

  toJSON(): readonly (readonly [number, number])[] {
    return this.#ranges;
  }

  static from(ranges: readonly (readonly [number, number])[]): RangeSet {
    const set = new RangeSet();
    for (const [from, to] of ranges) set.add(from, to);
    return set;
  }
}
