interface Place {
  readonly stream: string;
  readonly revision: number;
  /** Where the id stands among the newest ones. */
  readonly slot: number;
}

/**
 * The newest event ids, a bounded number of them, and where they stand. Memory only: after a restart none is known,
 * which is what the product does too.
 */
export class RecentIds {
  readonly #places = new Map<string, Place>();
  /** A ring: the oldest id is where the next one goes. */
  readonly #ring: string[] = [];
  readonly #limit: number;
  #next = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(id: string, stream: string, revision: number): void {
    const slot = this.#next;
    const oldest = this.#ring[slot];
    // Written again since, it stands at a newer place as well.
    if (oldest !== undefined && this.#places.get(oldest)?.slot === slot) this.#places.delete(oldest);
    this.#ring[slot] = id;
    this.#places.set(id, { stream, revision, slot });
    this.#next = (slot + 1) % this.#limit;
  }

  revision(id: string, stream: string): number | undefined {
    const place = this.#places.get(id);
    return place?.stream === stream ? place.revision : undefined;
  }
}
