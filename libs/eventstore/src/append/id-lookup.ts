import type { RecordedEvent } from '@parley/events';
import { EventLogUnavailable } from '@parley/ports';
import type { Deadline } from '../client/deadline.js';
import type { GuardedIndex } from './guarded-index.js';
import { kindOf } from './id-kind.js';
import type { RecentPlaces } from './recent-places.js';
import type { StreamAccess } from './stream-access.js';
import type { KnownPlace } from './known-place.js';
import type { StreamTail } from './stream-tail.js';

const pageSize = 1_024;
/** While the index lags behind a long tail, or is away. */
const askEveryMs = 1_000;

/**
 * Which of the ids stand in the log at or below the head of a stream's tail: exact for ever, because index and memory
 * together cover the stream without a hole. Two rules keep it so: how far the index is gets asked before the ids are
 * looked up in it, never after; and what the index may not have yet is read from the stream.
 */
export class IdLookup {
  constructor(
    private readonly recent: RecentPlaces,
    private readonly index: GuardedIndex,
    private readonly streams: StreamAccess,
  ) {}

  /**
   * Calls for one stream must come one after the other.
   * @throws EventLogUnavailable when the index is away or far behind, and the stream too long to be read instead, in
   *   the time or for the memory there is; what was read until then stays known
   */
  async find(
    tail: StreamTail,
    eventIds: readonly string[],
    deadline: Deadline,
  ): Promise<ReadonlyMap<string, KnownPlace>> {
    await this.#shorten(tail);
    const found = new Map<string, KnownPlace>();
    const fromMemory = (): void => {
      for (const eventId of eventIds) {
        const place = this.recent.find(eventId) ?? tail.findPacked(eventId);
        if (place !== undefined) found.set(eventId, place);
      }
    };
    fromMemory();
    const unknown = eventIds.filter((eventId) => !found.has(eventId) && kindOf(eventId) !== 'random');
    if (unknown.length > 0 && !tail.isWhole) {
      await (this.recent.lacksLittle(tail) ? this.#readBackTo(tail, -1, deadline) : this.#cover(tail, deadline));
      fromMemory();
    }
    const asked = unknown.filter((id) => !found.has(id) && !(tail.isWhole && kindOf(id) === 'derived'));
    if (asked.length === 0) return found;
    const indexed = await this.index.find(asked);
    if (indexed === null) {
      await this.#readBackTo(tail, -1, deadline);
      fromMemory();
    } else for (const [eventId, place] of indexed) found.set(eventId, place);
    return found;
  }

  /** Afterwards index and memory together cover the tail, or memory alone when the index is away. */
  async #cover(tail: StreamTail, deadline: Deadline): Promise<void> {
    if (tail.isCovered) return;
    const indexed = await this.index.indexedRevision(tail.stream);
    if (indexed !== null && indexed > tail.indexed) tail.indexed = indexed;
    await this.#readBackTo(tail, indexed === null ? -1 : tail.indexed, deadline);
  }

  /** Page by page from above, so that what was read stays known when the time is up. */
  async #readBackTo(tail: StreamTail, floor: number, deadline: Deadline): Promise<void> {
    if (!this.recent.hasRoom(tail, tail.from - floor)) {
      throw new EventLogUnavailable(`${tail.from - floor} events of the stream are not in the index of event ids`);
    }
    while (tail.from > floor) {
      const limit = Math.min(pageSize, tail.from - floor);
      const events = await this.streams.readBack(tail.stream, tail.from, limit, deadline);
      const [first] = events;
      // Fewer than asked for: a stream that was cut off at its beginning.
      const from = events.length < limit || first === undefined ? floor : first.revision - 1;
      this.recent.addBefore(tail, from, events.map(placeOf));
      if (this.recent.isFull) throw new EventLogUnavailable('too many events are not in the index of event ids');
    }
  }

  /**
   * Keeps the memory for one stream small. Forgotten is only what the index says in this moment that it has: what it
   * said earlier is worth nothing when it is away now, because all of that would have to be read again. What it does
   * not have, or cannot say, is packed.
   */
  async #shorten(tail: StreamTail): Promise<void> {
    if (!this.recent.isLong(tail) && tail.packed.isEmpty) return;
    if (performance.now() >= tail.askAgainAt) {
      tail.askAgainAt = performance.now() + askEveryMs;
      const indexed = await this.index.indexedRevision(tail.stream);
      if (indexed !== null) {
        if (indexed > tail.indexed) tail.indexed = indexed;
        this.recent.trim(tail);
      }
    }
    if (!this.recent.isLong(tail)) return;
    this.recent.pack(tail);
    if (this.recent.isFull) this.recent.reset(tail, tail.head);
  }
}

export const placeOf = ({ eventId, stream, revision, position }: RecordedEvent): KnownPlace => ({
  eventId,
  stream,
  revision,
  position,
});
