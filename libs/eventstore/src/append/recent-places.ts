import type { KnownPlace } from './known-place.js';
import { StreamTail } from './stream-tail.js';

export interface RecentLimits {
  /** Events a stream may have in memory as places; then a quarter is kept, the others are left to the index or packed. */
  readonly perStream: number;
  /** Places of all streams together; then the streams that were not used for longest are forgotten. */
  readonly total: number;
  /** Memory for packed ids of all streams together, in ids of 28 bytes; then as above. None has more for itself alone. */
  readonly packed: number;
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
  #packed = 0;

  constructor(limits: RecentLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Memory that packed ids take, in ids. */
  get packed(): number {
    return this.#packed;
  }

  /** Streams of which something is known. */
  get streams(): number {
    return this.#tails.size;
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
    // Of a stream that somebody made up nothing stays.
    const isVoid = tail.users === 0 && tail.places.length === 0 && tail.packed.isEmpty;
    if (isVoid && this.#tails.get(tail.stream) === tail) this.#tails.delete(tail.stream);
  }

  add(tail: StreamTail, places: readonly KnownPlace[]): void {
    for (const place of places) {
      tail.add(place);
      this.#byId.set(place.eventId, place);
    }
    this.#forgetOthers();
  }

  /** What makes the stream too long is packed at once. */
  addBefore(tail: StreamTail, from: number, places: readonly KnownPlace[]): void {
    if (!tail.packed.isEmpty || tail.places.length + places.length > this.#limits.perStream) {
      this.#count(tail, () => tail.packBefore(from, places));
    } else {
      tail.addBefore(from, places);
      for (const place of places) this.#byId.set(place.eventId, place);
    }
    this.#forgetOthers();
  }

  /** It has more places than it should. */
  isLong(tail: StreamTail): boolean {
    return tail.places.length > this.#limits.perStream;
  }

  /**
   * So little of its beginning is not known that reading that once costs less than asking the index for each append. What
   * was left to the index because a stream is long is more than this.
   */
  lacksLittle(tail: StreamTail): boolean {
    return tail.from < this.#limits.perStream / 8;
  }

  /** Streams in use have more packed ids than there should be. */
  get isFull(): boolean {
    return this.#packed > this.#limits.packed;
  }

  /** So many older events of the stream can be known beside what is known of it. */
  hasRoom(tail: StreamTail, events: number): boolean {
    return tail.packed.size + events <= this.#limits.packed;
  }

  /** Forgets of the tail what the index has, as `tail.indexed` says. */
  trim(tail: StreamTail): void {
    this.#forget(this.#count(tail, () => tail.trim(this.#kept)));
  }

  /** Keeps of the older places no more than ids and revisions. */
  pack(tail: StreamTail): void {
    this.#pack(tail, this.#kept);
    this.#forgetOthers();
  }

  reset(tail: StreamTail, head: number): void {
    this.#forget(this.#count(tail, () => tail.reset(head)));
  }

  get #kept(): number {
    return Math.floor(this.#limits.perStream / 4);
  }

  #count<T>(tail: StreamTail, change: () => T): T {
    const before = tail.packed.size;
    const result = change();
    this.#packed += tail.packed.size - before;
    return result;
  }

  #forgetOthers(): void {
    if (this.#byId.size > this.#limits.total) {
      this.#takeFrom(
        (tail) => {
          // What is packed would have to be read back from its stream: its places follow, and all of it stays known.
          if (tail.packed.isEmpty) this.#drop(tail);
          else this.#pack(tail, 0);
        },
        () => this.#byId.size <= this.#limits.total,
      );
    }
    if (this.isFull) {
      this.#takeFrom(
        (tail) => {
          if (!tail.packed.isEmpty) this.#drop(tail);
        },
        () => !this.isFull,
      );
    }
  }

  /** The streams that were not used for longest come first. */
  #takeFrom(take: (tail: StreamTail) => void, isEnough: () => boolean): void {
    for (const tail of this.#tails.values()) {
      if (tail.users > 0) continue;
      take(tail);
      if (isEnough()) return;
    }
  }

  #pack(tail: StreamTail, keep: number): void {
    this.#forget(this.#count(tail, () => tail.pack(keep)));
  }

  #drop(tail: StreamTail): void {
    this.#tails.delete(tail.stream);
    this.reset(tail, -1);
  }

  #forget(places: readonly KnownPlace[]): void {
    for (const place of places) if (this.#byId.get(place.eventId) === place) this.#byId.delete(place.eventId);
  }
}
