import type { KnownPlace } from './known-place.js';
import { PackedIds } from './packed-ids.js';

/**
 * What this process knows of the end of one stream: all its events with a revision above `from`, up to and with `head`.
 * The newest as places; below them, while the index cannot be asked for them, those that are packed. What stands at or
 * below `from` only the index knows.
 */
export class StreamTail {
  readonly stream: string;
  /** In the order of the stream. */
  places: KnownPlace[] = [];
  /** What stands right below the places. */
  readonly packed = new PackedIds();
  /** All events up to here are in the index, as last heard; -1: none. Never too high. */
  indexed = -1;
  /** When the index is worth asking again how far it is, while it lags or is away (performance.now). */
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

  findPacked(eventId: string): KnownPlace | undefined {
    if (this.packed.isEmpty) return undefined;
    const revision = this.packed.find(eventId);
    return revision === undefined ? undefined : { eventId, stream: this.stream, revision, position: null };
  }

  /** The stream's next event. */
  add(place: KnownPlace): void {
    this.places.push(place);
    this.#head = place.revision;
  }

  /** All events above `from`, up to and with the present `from`; kept as they are where nothing is packed yet. */
  addBefore(from: number, places: readonly KnownPlace[]): void {
    this.places = [...places, ...this.places];
    this.#from = from;
  }

  packBefore(from: number, places: readonly KnownPlace[]): void {
    this.packed.addBefore(places);
    this.#from = from;
  }

  /** All but the newest `keep`. Answers what is no place any more. */
  pack(keep: number): readonly KnownPlace[] {
    const older = this.places.splice(0, Math.max(0, this.places.length - keep));
    this.packed.addAfter(older);
    return older;
  }

  /** Leaves to the index what it has, but the newest `keep`. Answers which places were forgotten. */
  trim(keep: number): readonly KnownPlace[] {
    this.#from = this.packed.forgetUpTo(this.indexed) ?? this.#from;
    if (!this.packed.isEmpty) return [];
    let count = 0;
    while (count < this.places.length - keep && (this.places[count] as KnownPlace).revision <= this.indexed) count++;
    if (count === 0) return [];
    this.#from = (this.places[count - 1] as KnownPlace).revision;
    return this.places.splice(0, count);
  }

  /** Begins anew at another revision. Answers which places were forgotten. */
  reset(head: number): readonly KnownPlace[] {
    this.#from = this.#head = head;
    this.packed.clear();
    return this.places.splice(0);
  }
}
