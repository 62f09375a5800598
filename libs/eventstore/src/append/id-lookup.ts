import type { RecordedEvent } from '@parley/events';
import { EventLogUnavailable } from '@parley/ports';
import type { Deadline } from '../client/deadline.js';
import type { GuardedIndex } from './guarded-index.js';
import { kindOf } from './id-kind.js';
import type { RecentPlaces } from './recent-places.js';
import type { StreamAccess } from './stream-access.js';
import type { KnownPlace, StreamTail } from './stream-tail.js';

const pageSize = 1_024;
/** While the index lags behind a long tail. */
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
    /** Events of one stream that are read at most because the index does not know them. */
    private readonly mostUnindexed: number,
  ) {}

  /**
   * Calls for one stream must come one after the other.
   * @throws EventLogUnavailable when the index is away or far behind, and the stream too long to be read instead
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
        const place = this.recent.find(eventId);
        if (place !== undefined) found.set(eventId, place);
      }
    };
    fromMemory();
    const unknown = eventIds.filter((eventId) => !found.has(eventId) && kindOf(eventId) !== 'random');
    if (unknown.length > 0 && !tail.isWhole) {
      await this.#cover(tail, deadline);
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
    if (tail.from - floor > this.mostUnindexed) {
      throw new EventLogUnavailable(`${tail.from - floor} events of the stream are not in the index of event ids`);
    }
    while (tail.from > floor) {
      const limit = Math.min(pageSize, tail.from - floor);
      const events = await this.streams.readBack(tail.stream, tail.from, limit, deadline);
      const [first] = events;
      // Fewer than asked for: a stream that was cut off at its beginning.
      const from = events.length < limit || first === undefined ? floor : first.revision - 1;
      this.recent.addBefore(tail, from, events.map(placeOf));
    }
  }

  async #shorten(tail: StreamTail): Promise<void> {
    if (!this.recent.isLong(tail)) return;
    this.recent.trim(tail);
    if (!this.recent.isLong(tail) || performance.now() < tail.askAgainAt) return;
    tail.askAgainAt = performance.now() + askEveryMs;
    const indexed = await this.index.indexedRevision(tail.stream);
    if (indexed !== null && indexed > tail.indexed) tail.indexed = indexed;
    this.recent.trim(tail);
    if (tail.places.length > this.mostUnindexed) this.recent.reset(tail, tail.head);
  }
}

export const placeOf = ({ eventId, stream, revision, position }: RecordedEvent): KnownPlace => ({
  eventId,
  stream,
  revision,
  position,
});
