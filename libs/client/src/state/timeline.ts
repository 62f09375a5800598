import type { MessageView } from '@parley/protocol';
import { comparePositions } from '../position.js';
import { RangeSet } from './ranges.js';

/** A message as of the position of its last change. */
export interface HeldMessage {
  readonly message: MessageView;
  readonly position: string;
  /** Put together here from what was sent and accepted; the server's own view replaces it. */
  readonly provisional?: boolean;
}

/** Changed messages below the window that are kept, in case that the window grows down to them. */
const looseLimit = 64;

export type Insertion = 'stale' | 'new' | 'changed';

/**
 * The messages of one conversation, a window of the newest. Sequences of a conversation have no gaps, so what is known
 * is told by few numbers:
 *
 * - `held`: every message from `floor` to `highest` except the `missing` ones and those that are not ours to see;
 * - `announced`: up to here each message was told to the application, once and in order; never above a missing one;
 * - `missing`: holes between what was seen; they fill as changes come, or by a history page.
 *
 * Guarantees: `floor <= announced + 1`, so nothing is dropped before it was announced; at most `limit` announced
 * messages are held. The order and the number of times in which changes come make no difference to what is held.
 */
export class Timeline {
  readonly held = new Map<number, HeldMessage>();
  readonly #loose = new Map<number, HeldMessage>();
  missing = new RangeSet();
  floor: number;
  highest: number;
  announced: number;
  limit: number;
  /** The newest message, even when it is not held: for the conversation list. */
  last: HeldMessage | null = null;
  /**
   * Everything up to here can be read: a change that lies above it was received. Not so what was only accepted, or what
   * an entry of the list says.
   */
  readable = 0;
  /** False: where the conversation stands is not known yet (a message of a conversation that was in no list). */
  anchored = true;

  /** All up to `sequence` counts as known and announced. */
  constructor(sequence: number, limit: number) {
    this.highest = sequence;
    this.announced = sequence;
    this.floor = sequence + 1;
    this.limit = limit;
  }

  get(sequence: number): MessageView | undefined {
    return this.held.get(sequence)?.message;
  }

  /** The window in rising order. */
  *messages(): Generator<MessageView> {
    for (let sequence = this.floor; sequence <= this.highest; sequence++) {
      const held = this.held.get(sequence);
      if (held !== undefined) yield held.message;
    }
  }

  /** The conversation is known to have messages up to here: those not seen are missing. */
  expect(lastSequence: number): void {
    if (!this.anchored || lastSequence <= this.highest) return;
    this.missing.add(this.highest + 1, lastSequence);
    this.highest = lastSequence;
  }

  /**
   * Nothing that is missing will come: the rest is due. Not so what was only accepted, and waits for others before it:
   * it belongs to a later membership and comes with that.
   */
  giveUp(): MessageView[] {
    this.missing.remove(1, this.readable);
    return this.announce();
  }

  insert(next: HeldMessage): Insertion {
    const { sequence } = next.message;
    if (next.provisional !== true) this.readable = Math.max(this.readable, sequence);
    if (this.last === null || wins(next, this.last)) this.last = next;
    const known = this.held.get(sequence) ?? this.#loose.get(sequence);
    if (known !== undefined && !replaces(next, known)) return 'stale';
    if (sequence > this.highest) this.#append(next);
    else if (sequence >= this.floor) {
      this.missing.remove(sequence, sequence);
      this.held.set(sequence, next);
    } else this.#putLoose(next);
    if (sequence > this.announced) return 'new';
    return known?.provisional === true && isAsSent(next.message) ? 'stale' : 'changed';
  }

  #append(next: HeldMessage): void {
    const { sequence } = next.message;
    if (this.anchored) this.missing.add(this.highest + 1, sequence - 1);
    else if (this.held.size === 0) {
      this.announced = sequence - 1;
      this.floor = sequence;
    }
    this.highest = sequence;
    this.held.set(sequence, next);
  }

  #putLoose(next: HeldMessage): void {
    const { sequence } = next.message;
    this.#loose.delete(sequence);
    this.#loose.set(sequence, next);
    for (let below = this.#loose.get(this.floor - 1); below !== undefined; below = this.#loose.get(this.floor - 1)) {
      this.floor--;
      this.#loose.delete(this.floor);
      this.held.set(this.floor, below);
    }
    for (const oldest of this.#loose.keys()) {
      if (this.#loose.size <= looseLimit) break;
      this.#loose.delete(oldest);
    }
    this.#evict();
  }

  /** Messages that are now due: each once, in order, up to the first missing one. */
  announce(): MessageView[] {
    const due: MessageView[] = [];
    const end = (this.missing.first?.[0] ?? this.highest + 1) - 1;
    while (this.announced < end) {
      this.announced++;
      const held = this.held.get(this.announced);
      if (held !== undefined) due.push(held.message);
    }
    this.#evict();
    return due;
  }

  /** A page of history that reaches down from the window's floor: the window grows by it until `trim`. */
  prepend(page: readonly HeldMessage[]): void {
    for (const older of page) {
      const { sequence } = older.message;
      if (sequence >= this.floor) continue;
      const loose = this.#loose.get(sequence);
      this.held.set(sequence, loose !== undefined && replaces(loose, older) ? loose : older);
      this.#loose.delete(sequence);
    }
    const lowest = page[0]?.message.sequence ?? this.floor;
    this.floor = Math.min(this.floor, lowest);
    this.limit = Math.max(this.limit, this.held.size);
  }

  /** Back to a window of `limit` messages. */
  trim(limit: number): void {
    this.limit = limit;
    this.#evict();
  }

  #evict(): void {
    while (this.held.size > this.limit && this.floor <= this.announced) {
      this.held.delete(this.floor);
      this.floor++;
    }
  }
}

/**
 * The server's view always stands above a provisional one, whatever their positions: the position of an acceptance is
 * the end of an append that the message may share with others, even with changes of itself.
 */
function replaces(next: HeldMessage, known: HeldMessage): boolean {
  if ((next.provisional === true) !== (known.provisional === true)) return known.provisional === true;
  return comparePositions(next.position, known.position) > 0;
}

/** Nothing was done to it since: it says what the provisional view said. */
const isAsSent = ({ editedAt, deletedAt, reactions, pinned }: MessageView): boolean =>
  editedAt === undefined && deletedAt === undefined && reactions === undefined && pinned === undefined;

const wins = (next: HeldMessage, last: HeldMessage): boolean =>
  next.message.sequence > last.message.sequence ||
  (next.message.sequence === last.message.sequence && replaces(next, last));
