import { Numbers } from './growable.js';
import { DELETED_REVISION } from './record.js';
import type { RecordHeader } from './record.js';

/** What readers may see of one stream: durable events only. */
export interface StreamEntry {
  readonly name: string;
  readonly number: number;
  /** Ordinals in the log, by revision: nothing is ever scavenged, so there are no gaps. */
  readonly ordinals: number[];
  /** Ordinal of the tombstone. */
  tombstone: number | null;
}

/** Where every durable event is: by ordinal (its place in the order of the log, from 0), position, and revision. */
export class EventIndex {
  readonly #positions = new Numbers();
  readonly #ends = new Numbers();
  readonly #created = new Numbers();
  readonly #streamOf = new Numbers();
  readonly #typeOf = new Numbers();
  readonly #streams: StreamEntry[] = [];
  readonly #streamByName = new Map<string, StreamEntry>();
  readonly #types: string[] = [];
  readonly #typeNumbers = new Map<string, number>();

  /** Number of durable events. */
  get count(): number {
    return this.#positions.length;
  }

  add(event: RecordHeader): void {
    const ordinal = this.count;
    const entry = this.#entryFor(event.stream);
    this.#positions.push(event.position);
    this.#ends.push(event.end);
    this.#created.push(event.created);
    this.#streamOf.push(entry.number);
    this.#typeOf.push(this.#typeNumber(event.type));
    if (event.revision === DELETED_REVISION) {
      entry.tombstone = ordinal;
      return;
    }
    if (event.revision !== entry.ordinals.length) throw new Error(`revisions of ${event.stream} have a gap`);
    entry.ordinals.push(ordinal);
  }

  stream(name: string): StreamEntry | undefined {
    return this.#streamByName.get(name);
  }

  position(ordinal: number): number {
    return this.#positions.at(ordinal);
  }

  end(ordinal: number): number {
    return this.#ends.at(ordinal);
  }

  created(ordinal: number): number {
    return this.#created.at(ordinal);
  }

  streamName(ordinal: number): string {
    return this.#streams[this.#streamOf.at(ordinal)]?.name ?? '';
  }

  type(ordinal: number): string {
    return this.#types[this.#typeOf.at(ordinal)] ?? '';
  }

  /** The first event at or behind this position; `count` when there is none. */
  ordinalFrom(position: number): number {
    return this.#positions.lowerBound(position);
  }

  /** Number of events whose record ends at or before this position. */
  countUpTo(position: number): number {
    let count = this.#ends.lowerBound(position);
    if (count < this.count && this.end(count) === position) count += 1;
    return count;
  }

  #entryFor(name: string): StreamEntry {
    const known = this.#streamByName.get(name);
    if (known !== undefined) return known;
    const entry: StreamEntry = { name, number: this.#streams.length, ordinals: [], tombstone: null };
    this.#streams.push(entry);
    this.#streamByName.set(name, entry);
    return entry;
  }

  #typeNumber(type: string): number {
    const known = this.#typeNumbers.get(type);
    if (known !== undefined) return known;
    this.#types.push(type);
    this.#typeNumbers.set(type, this.#types.length - 1);
    return this.#types.length - 1;
  }
}
