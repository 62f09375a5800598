import type { RecordedEvent } from '@parley/events';
import type { Deadline } from '../client/deadline.js';
import { placeOf } from './id-lookup.js';
import type { RecentPlaces } from './recent-places.js';
import type { StreamAccess } from './stream-access.js';
import type { StreamTail } from './stream-tail.js';

export interface ReadingLimits {
  /** Newest events read to learn where a stream is. Default 64. */
  readonly endPage?: number;
  /** A tail that is further behind than this begins anew at the end. Default 1,024. */
  readonly largestGap?: number;
}

/** Brings tails to the end of their streams, as those are at the leader now. */
export class TailReader {
  readonly #endPage: number;
  readonly #largestGap: number;

  constructor(
    private readonly recent: RecentPlaces,
    private readonly streams: StreamAccess,
    { endPage = 64, largestGap = 1_024 }: ReadingLimits,
  ) {
    this.#endPage = endPage;
    this.#largestGap = largestGap;
  }

  /** One that knows nothing yet. @throws EventLogUnavailable */
  begin(tail: StreamTail, deadline: Deadline): Promise<void> {
    return this.#readEnd(tail, deadline, true);
  }

  /** One that is behind, as a conflict told. @throws EventLogUnavailable */
  catchUp(tail: StreamTail, deadline: Deadline): Promise<void> {
    return this.#readEnd(tail, deadline, false);
  }

  /** One that is most probably at the end already: as a rule a single event is read. @throws EventLogUnavailable */
  async follow(tail: StreamTail, deadline: Deadline): Promise<void> {
    const head = Math.max(tail.head, 0);
    const events = await this.streams.readOn(tail.stream, head, this.#endPage, deadline);
    // Its head is where it was believed to be, and the end was seen.
    if (events[0]?.revision === head && events.length < this.#endPage) this.#add(tail, events);
    else await this.catchUp(tail, deadline);
  }

  async #readEnd(tail: StreamTail, deadline: Deadline, isNew: boolean): Promise<void> {
    const events = await this.streams.readBack(tail.stream, 'end', this.#endPage, deadline);
    const first = events[0]?.revision ?? 0;
    const last = events.at(-1)?.revision ?? -1;
    const gap = first - tail.head - 1;
    // A head above the last event was a caller's mistake.
    if (last < tail.head || gap > this.#largestGap || isNew) {
      this.recent.reset(tail, events.length < this.#endPage ? -1 : first - 1);
    } else if (gap > 0) {
      this.#add(tail, await this.streams.readOn(tail.stream, tail.head + 1, gap, deadline));
    }
    this.#add(tail, events);
  }

  #add(tail: StreamTail, events: readonly RecordedEvent[]): void {
    this.recent.add(tail, events.filter(({ revision }) => revision > tail.head).map(placeOf));
  }
}
