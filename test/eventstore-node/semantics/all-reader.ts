import type { EventFilter } from './filter.js';
import type { ReadableLog } from './readable-log.js';

/**
 * A place in the order of the log. An event's own place has both alike; the place behind an event that a page ended
 * with has `prepare` 0.
 */
export interface Position {
  readonly commit: number;
  readonly prepare: number;
}

export const START: Position = { commit: 0, prepare: 0 };

export interface AllPage {
  /** Places of the events that passed the filter. */
  readonly ordinals: readonly number[];
  /** Where the page began. */
  readonly current: Position;
  readonly next: Position;
  /** The page ended because there was nothing more, not because it was full. */
  readonly endOfStream: boolean;
  /** Events looked at, whether they passed the filter or not. */
  readonly considered: number;
}

/** A position that is neither the start nor the end of an event, nor 0. */
export class InvalidPosition extends Error {
  override readonly name = 'InvalidPosition';
}

/** Pages of $all. A page ends when it is full, when so many events were looked at, or at the end of the log. */
export class AllReader {
  readonly #log: ReadableLog;

  constructor(log: ReadableLog) {
    this.#log = log;
  }

  /** Inclusive: begins with the event at `position`. @throws InvalidPosition */
  forwards(position: Position, maxCount: number, maxConsidered: number, filter: EventFilter): AllPage {
    const { index } = this.#log;
    this.#check(position.commit);
    const ordinals: number[] = [];
    let ordinal = index.ordinalFrom(position.commit);
    let considered = 0;
    let next = position;
    let endOfStream = false;
    while (ordinals.length < maxCount && considered < maxConsidered) {
      if (ordinal >= index.count) {
        endOfStream = true;
        break;
      }
      considered += 1;
      if (this.#passes(ordinal, filter)) ordinals.push(ordinal);
      next = { commit: index.end(ordinal), prepare: 0 };
      ordinal += 1;
    }
    return { ordinals, current: position, next, endOfStream, considered };
  }

  /** Exclusive: begins with the event that ends at or before `position`. @throws InvalidPosition */
  backwards(position: Position, maxCount: number, maxConsidered: number, filter: EventFilter): AllPage {
    const { index } = this.#log;
    this.#check(position.commit);
    const ordinals: number[] = [];
    let ordinal = index.countUpTo(position.commit) - 1;
    if (ordinal >= 0 && index.end(ordinal) === position.commit && position.prepare < position.commit) ordinal -= 1;
    let considered = 0;
    let next = position;
    let endOfStream = false;
    while (ordinals.length < maxCount && considered < maxConsidered) {
      if (ordinal < 0) {
        endOfStream = true;
        break;
      }
      considered += 1;
      if (this.#passes(ordinal, filter)) ordinals.push(ordinal);
      const start = index.position(ordinal);
      next = { commit: start, prepare: start };
      ordinal -= 1;
    }
    return { ordinals, current: position, next, endOfStream, considered };
  }

  #passes(ordinal: number, filter: EventFilter): boolean {
    const { index } = this.#log;
    return filter({ stream: index.streamName(ordinal), type: index.type(ordinal) });
  }

  /** Positions are handed out by the log; one that was computed meets the middle of an event. */
  #check(commit: number): void {
    const { index } = this.#log;
    if (commit === 0 || commit >= this.#log.end) return;
    const at = index.ordinalFrom(commit);
    if (at < index.count && index.position(at) === commit) return;
    const before = index.countUpTo(commit) - 1;
    if (before >= 0 && index.end(before) === commit) return;
    throw new InvalidPosition(`no event begins or ends at ${String(commit)}`);
  }
}
