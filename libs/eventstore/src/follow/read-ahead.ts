import type { RecordedEvent } from '@parley/events';

/** Characters of data and metadata at which a read-ahead is full, however few events they are. */
const mostUnits = 4 * 1_048_576;

/**
 * Events on their way to a consumer, in position order, each once, whatever sources offer them: what is not above
 * everything seen so far was seen already. Bounded by whoever fills it and looks at `isFull`.
 */
export class ReadAhead {
  #events: RecordedEvent[] = [];
  #units = 0;
  #considered: number;

  /** Everything up to `after` was taken before. */
  constructor(
    after: number,
    private readonly mostEvents: number,
  ) {
    this.#considered = after;
  }

  /** Everything up to here is in here, was taken, or is not wanted. */
  get considered(): number {
    return this.#considered;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  get isFull(): boolean {
    return this.#events.length >= this.mostEvents || this.#units >= mostUnits;
  }

  /** The log's next event; null: one that is not wanted. True if it is news. */
  offer(position: number, event: RecordedEvent | null): boolean {
    if (position <= this.#considered) return false;
    this.#considered = position;
    if (event === null) return false;
    this.#events.push(event);
    this.#units += event.data.length + event.metadata.length;
    return true;
  }

  /** Nothing that is wanted stands up to here but what was offered. */
  skipTo(position: number): void {
    if (position > this.#considered) this.#considered = position;
  }

  /** At least one, if there is one. `checkpoint`: everything wanted up to here has been taken now. */
  take(most: number): { readonly events: readonly RecordedEvent[]; readonly checkpoint: number } {
    const events = this.#events.splice(0, most);
    const last = events.at(-1);
    if (this.isEmpty || last === undefined) {
      this.#units = 0;
      return { events, checkpoint: this.#considered };
    }
    for (const { data, metadata } of events) this.#units -= data.length + metadata.length;
    return { events, checkpoint: last.position };
  }
}
