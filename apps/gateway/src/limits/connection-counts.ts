/** How many connections each key (a person, an address) has now, up to a limit. Keys without any are forgotten. */
export class ConnectionCounts {
  readonly #counts = new Map<string, number>();

  constructor(private readonly limit: number) {}

  /** false: the limit is reached, nothing was counted. */
  enter(key: string): boolean {
    const count = this.#counts.get(key) ?? 0;
    if (count >= this.limit) return false;
    this.#counts.set(key, count + 1);
    return true;
  }

  leave(key: string): void {
    const count = this.#counts.get(key) ?? 0;
    if (count <= 1) this.#counts.delete(key);
    else this.#counts.set(key, count - 1);
  }

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }
}
