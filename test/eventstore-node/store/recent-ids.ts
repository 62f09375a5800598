interface Place {
  readonly stream: string;
  readonly revision: number;
}

/**
 * The newest event ids, a bounded number of them, and where they stand. Memory only: after a restart none is known,
 * which is what the product does too.
 */
export class RecentIds {
  readonly #places = new Map<string, Place>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(id: string, stream: string, revision: number): void {
    // The newest one counts when an id is written twice.
    this.#places.delete(id);
    this.#places.set(id, { stream, revision });
    for (const oldest of this.#places.keys()) {
      if (this.#places.size <= this.#limit) break;
      this.#places.delete(oldest);
    }
  }

  revision(id: string, stream: string): number | undefined {
    const place = this.#places.get(id);
    return place?.stream === stream ? place.revision : undefined;
  }
}
