import { StreamTail, type KnownPlace } from './stream-tail.js';

export interface RecentLimits {
  /** Events a stream may have in memory before what is indexed of them is forgotten; a quarter is kept. */
  readonly perStream: number;
  /** Events of all streams together; then the streams that were not used for longest are forgotten. */
  readonly total: number;
}

/**
 * Places of the events that this process wrote or read lately, by id, and per stream as a tail without holes. Bounded:
 * forgetting costs a look into the index or the stream, never exactness.
 */
export class RecentPlaces {
  readonly #limits: RecentLimits;
  readonly #byId = new Map<string, KnownPlace>();
  /** Least recently used first. */
  readonly #tails = new Map<string, StreamTail>();

  constructor(limits: RecentLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#byId.size;
  }

  find(eventId: string): KnownPlace | undefined {
    return this.#byId.get(eventId);
  }

  /** Not forgotten until it is released. */
  tail(stream: string): StreamTail | undefined {
    const tail = this.#tails.get(stream);
    if (tail === undefined) return undefined;
    this.#tails.delete(stream);
    this.#tails.set(stream, tail);
    tail.users++;
    return tail;
  }

  /** Begins a tail that knows nothing yet. Not forgotten until it is released. */
  begin(stream: string, head: number): StreamTail {
    const tail = new StreamTail(stream, head);
    this.#tails.set(stream, tail);
    tail.users++;
    return tail;
  }

  release(tail: StreamTail): void {
    tail.users--;
  }

  add(tail: StreamTail, places: readonly KnownPlace[]): void {
    for (const place of places) {
      tail.add(place);
      this.#byId.set(place.eventId, place);
    }
    this.#forgetOthers();
  }

  addBefore(tail: StreamTail, from: number, places: readonly KnownPlace[]): void {
    tail.addBefore(from, places);
    for (const place of places) this.#byId.set(place.eventId, place);
    this.#forgetOthers();
  }

  /** It has more in memory than it should: worth asking how far the index is. */
  isLong(tail: StreamTail): boolean {
    return tail.places.length > this.#limits.perStream;
  }

  trim(tail: StreamTail): void {
    this.#forget(tail.trim(Math.floor(this.#limits.perStream / 4)));
  }

  reset(tail: StreamTail, head: number): void {
    this.#forget(tail.reset(head));
  }

  #forgetOthers(): void {
    if (this.#byId.size <= this.#limits.total) return;
    for (const [stream, tail] of this.#tails) {
      if (tail.users > 0) continue;
      this.#tails.delete(stream);
      this.#forget(tail.places);
      if (this.#byId.size <= this.#limits.total) return;
    }
  }

  #forget(places: readonly KnownPlace[]): void {
    for (const place of places) if (this.#byId.get(place.eventId) === place) this.#byId.delete(place.eventId);
  }
}
