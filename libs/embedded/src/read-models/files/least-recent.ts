/** A map that forgets what was set longest ago. */
export class LeastRecent<V> {
  readonly #entries = new Map<string, { readonly value: V; readonly weight: number }>();
  #weight = 0;

  /** `limit`: of the weights together, checked by `trim`. */
  constructor(private readonly limit: number) {}

  get(key: string): V | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Makes it the newest. */
  set(key: string, value: V, weight = 1): void {
    this.delete(key);
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
  }

  delete(key: string): void {
    const old = this.#entries.get(key);
    if (old === undefined) return;
    this.#weight -= old.weight;
    this.#entries.delete(key);
  }

  /** Drops the oldest beyond the limit. Call it when nobody holds on to an entry. */
  trim(): void {
    for (const key of this.#entries.keys()) {
      if (this.#weight <= this.limit) return;
      this.delete(key);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }
}
