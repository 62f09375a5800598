/** Where an event with a known id stands. `position`: null while only the revision is known. */
export interface KnownPlace {
  readonly eventId: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: number | null;
}

/**
 * What this process knows of the end of one stream: the places of all its events with a revision above `from`, up to
 * and with `head`. What stands at or below `from` only the index knows.
 */
export class StreamTail {
  readonly stream: string;
  /** In the order of the stream. */
  places: KnownPlace[] = [];
  /** All events up to here are in the index, as last heard; -1: none. Never too high. */
  indexed = -1;
  /** When the index is worth asking again how far it is, while it lags (performance.now). */
  askAgainAt = 0;
  /** Calls at work with it: it must not be forgotten meanwhile. */
  users = 0;
  #from: number;
  #head: number;

  /** Begins at a revision (-1: before the first event); nothing at or below it is known. */
  constructor(stream: string, head: number) {
    this.stream = stream;
    this.#from = this.#head = head;
  }

  get from(): number {
    return this.#from;
  }

  get head(): number {
    return this.#head;
  }

  /** The whole stream is known without the index. */
  get isWhole(): boolean {
    return this.#from === -1;
  }

  /** Index and memory together know every event up to `head`. */
  get isCovered(): boolean {
    return this.#from <= this.indexed;
  }

  /** The stream's next event. */
  add(place: KnownPlace): void {
    this.places.push(place);
    this.#head = place.revision;
  }

  /** All events above `from`, up to and with the present `from`. */
  addBefore(from: number, places: readonly KnownPlace[]): void {
    this.places = [...places, ...this.places];
    this.#from = from;
  }

  /** Leaves to the index what it has, but the newest `keep`. Answers what was forgotten. */
  trim(keep: number): readonly KnownPlace[] {
    let count = 0;
    while (count < this.places.length - keep && (this.places[count] as KnownPlace).revision <= this.indexed) count++;
    if (count === 0) return [];
    this.#from = (this.places[count - 1] as KnownPlace).revision;
    return this.places.splice(0, count);
  }

  /** Begins anew at another revision. Answers what was forgotten. */
  reset(head: number): readonly KnownPlace[] {
    this.#from = this.#head = head;
    return this.places.splice(0);
  }
}
