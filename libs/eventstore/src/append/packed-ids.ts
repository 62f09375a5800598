import { kindOf } from './id-kind.js';
import type { KnownPlace } from './known-place.js';

/** Words of 32 bits that an id takes, and that its entry takes with its revision. */
const idWords = 4;
const entryWords = idWords + 1;
/** Numbers of entries fit into 16 bits. */
const largestStretch = 4_096;

/** What a stretch takes beside its entries, in ids. */
const stretchCost = 16;

/**
 * Ids of the older events of one stream with their revisions, in 24 to 28 bytes each instead of the hundreds that a
 * place takes. Those that name nothing for ever (`random`) are left out. A list of stretches without holes: each is
 * built once, so that adding some at either end, or forgetting the oldest, moves none of the others.
 */
export class PackedIds {
  #stretches: Stretch[] = [];
  #size = 0;

  /** Memory that it takes, in ids of 28 bytes. */
  get size(): number {
    return this.#size;
  }

  get isEmpty(): boolean {
    return this.#stretches.length === 0;
  }

  /** Revision of the newest event. */
  get to(): number {
    return this.#stretches.at(-1)?.to ?? -1;
  }

  /** The events right after those that are here. */
  addAfter(places: readonly KnownPlace[]): void {
    this.#stretches.push(...this.#pack(places));
  }

  /** The events right before those that are here. */
  addBefore(places: readonly KnownPlace[]): void {
    this.#stretches.unshift(...this.#pack(places));
  }

  /** Its revision. */
  find(eventId: string): number | undefined {
    const id = wordsOf(eventId);
    for (const stretch of this.#stretches) {
      const revision = stretch.find(id);
      if (revision !== undefined) return revision;
    }
    return undefined;
  }

  /** Whole stretches at or below a revision. Answers up to where nothing is known here any more; null: all still is. */
  forgetUpTo(revision: number): number | null {
    const kept = this.#stretches.findIndex(({ to }) => to > revision);
    const forgotten = this.#stretches.splice(0, kept === -1 ? this.#stretches.length : kept);
    for (const { size } of forgotten) this.#size -= size;
    return forgotten.at(-1)?.to ?? null;
  }

  clear(): void {
    this.#stretches = [];
    this.#size = 0;
  }

  #pack(places: readonly KnownPlace[]): Stretch[] {
    const stretches: Stretch[] = [];
    for (let i = 0; i < places.length; i += largestStretch) {
      const stretch = new Stretch(places.slice(i, i + largestStretch));
      this.#size += stretch.size;
      stretches.push(stretch);
    }
    return stretches;
  }
}

/** A hash table in two arrays: entries one after the other, and slots with their numbers. */
class Stretch {
  /** Revision of the last event, whether its id is kept or not. */
  readonly to: number;
  /** In ids. */
  readonly size: number;
  readonly #entries: Uint32Array;
  /** Number of an entry, from 1; 0: free, as half of them are at least. */
  readonly #slots: Uint16Array;

  constructor(places: readonly KnownPlace[]) {
    const kept = places.filter(({ eventId }) => kindOf(eventId) !== 'random');
    this.to = (places.at(-1) as KnownPlace).revision;
    this.size = kept.length + stretchCost;
    this.#entries = new Uint32Array(kept.length * entryWords);
    this.#slots = new Uint16Array(2 ** Math.ceil(Math.log2(2 * kept.length + 1)));
    for (const [n, { eventId, revision }] of kept.entries()) {
      const id = wordsOf(eventId);
      this.#entries.set(id, n * entryWords);
      this.#entries[n * entryWords + idWords] = revision;
      this.#slots[this.#slotOf(id)] = n + 1;
    }
  }

  find(id: Uint32Array): number | undefined {
    const entry = this.#slots[this.#slotOf(id)] as number;
    return entry === 0 ? undefined : this.#entries[(entry - 1) * entryWords + idWords];
  }

  /** The one that holds this id, or the free one where it would be. */
  #slotOf(id: Uint32Array): number {
    const last = this.#slots.length - 1;
    // The last word is random in ids of every version that we make.
    let slot = (id[idWords - 1] as number) & last;
    for (;;) {
      const entry = this.#slots[slot] as number;
      if (entry === 0 || this.#isAt((entry - 1) * entryWords, id)) return slot;
      slot = (slot + 1) & last;
    }
  }

  #isAt(at: number, id: Uint32Array): boolean {
    for (let i = 0; i < idWords; i++) if (this.#entries[at + i] !== id[i]) return false;
    return true;
  }
}

function wordsOf(eventId: string): Uint32Array {
  const hex = eventId.replaceAll('-', '');
  return Uint32Array.from({ length: idWords }, (_, i) => Number.parseInt(hex.slice(i * 8, i * 8 + 8), 16));
}
