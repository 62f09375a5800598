import {
  checkAppend,
  EventLogUnavailable,
  type AppendRequest,
  type AppendResult,
  type EventLogWriter,
  type EventPlace,
} from '@parley/ports';
import { setTimeout as pause } from 'node:timers/promises';
import { Deadline } from '../client/deadline.js';
import type { GuardedIndex } from './guarded-index.js';
import { IdFinder } from './id-finder.js';
import { kindOf } from './id-kind.js';
import { IdLookup } from './id-lookup.js';
import { InOrder } from './in-order.js';
import type { RecentPlaces } from './recent-places.js';
import type { Sent, StreamAccess } from './stream-access.js';
import type { KnownPlace } from './known-place.js';
import type { StreamTail } from './stream-tail.js';
import { type ReadingLimits, TailReader } from './tail-reader.js';

export interface WriterLimits extends ReadingLimits {
  /** For one append, or one question where an event stands, with all it takes, from the call on. */
  readonly timeoutMs: number;
  /** What may wait for its answer; more is refused. */
  readonly queue: { readonly appends: number; readonly bytes: number };
}

/** How often somebody else may come in between. */
const maxAttempts = 16;
const longestPauseMs = 100;

/**
 * Writes each event id at most once, for ever, whatever revision the caller expects. Every attempt is made at an exact
 * revision below which all ids are known not to be there: whoever else writes makes it fail, and then the new events
 * are read before the next attempt. Appends to one stream are made one after the other, those to different streams
 * side by side.
 */
export class OnceWriter implements EventLogWriter {
  readonly #lookup: IdLookup;
  readonly #tails: TailReader;
  readonly #finder: IdFinder;
  readonly #order = new InOrder();
  #depth = 0;
  #bytes = 0;
  #closed = false;
  #whenIdle: (() => void)[] = [];

  constructor(
    private readonly streams: StreamAccess,
    private readonly recent: RecentPlaces,
    private readonly index: GuardedIndex,
    private readonly limits: WriterLimits,
  ) {
    this.#lookup = new IdLookup(recent, index, streams);
    this.#tails = new TailReader(recent, streams, limits);
    const { timeoutMs } = limits;
    this.#finder = new IdFinder({ order: this.#order, recent, tails: this.#tails, lookup: this.#lookup, timeoutMs });
  }

  /** Appends that wait for their answer. */
  get depth(): number {
    return this.#depth;
  }

  async append(request: AppendRequest): Promise<AppendResult> {
    const bytes = checkAppend(request);
    if (request.stream.startsWith('$')) throw new RangeError('names of streams that begin with $ are not for us');
    if (this.#closed) throw new EventLogUnavailable('the event log is closed');
    const { appends, bytes: mostBytes } = this.limits.queue;
    if (this.#depth >= appends || this.#bytes + bytes > mostBytes) {
      throw new EventLogUnavailable(`the event log's queue is full (${this.#depth} appends wait)`);
    }
    const deadline = new Deadline(this.limits.timeoutMs);
    this.#depth++;
    this.#bytes += bytes;
    try {
      return await this.#order.run(request.stream, () => this.#appendNext(request, deadline));
    } finally {
      this.#depth--;
      this.#bytes -= bytes;
      if (this.#depth === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
    }
  }

  /**
   * Where in a stream the event with this id stands, whoever wrote it before the call; null: nowhere in it.
   * @throws EventLogUnavailable
   */
  async find(eventId: string, stream: string): Promise<KnownPlace | null> {
    if (this.#closed) throw new EventLogUnavailable('the event log is closed');
    return this.#finder.find(eventId, stream);
  }

  /** Refuses new appends; resolves once all accepted ones are answered, which their deadline bounds. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#depth > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  async #appendNext(request: AppendRequest, deadline: Deadline): Promise<AppendResult> {
    if (deadline.left === 0) throw new EventLogUnavailable('the append waited too long for those before it');
    const { tail, isUnread } = await this.#tail(request);
    try {
      if (isUnread) await this.#tails.begin(tail, deadline);
      return await this.#attempt(request, tail, deadline);
    } finally {
      this.recent.release(tail);
    }
  }

  async #attempt(request: AppendRequest, tail: StreamTail, deadline: Deadline): Promise<AppendResult> {
    const { stream, expected, events } = request;
    const eventIds = events.map(({ eventId }) => eventId);
    let sent: Sent | null = null;
    let isCurrent = false;
    for (let attempts = 0; attempts < maxAttempts;) {
      const known = await this.#lookup.find(tail, eventIds, deadline);
      if (known.size > 0) return this.#answerKnown(request, known, deadline);
      const at = tail.head === -1 ? 'none' : tail.head;
      if (expected === 'any' || expected === at) {
        sent = await this.streams.send(stream, at, events, deadline);
        if (sent.outcome === 'written') return this.#written(request, tail, sent, deadline);
        // The winner of a race may be known to the server a moment before it can be read.
        if (attempts++ > 0) await pause(Math.random() * Math.min(longestPauseMs, 2 ** attempts));
      } else if (isCurrent) {
        return { outcome: 'conflict', actual: at };
      }
      await this.#tails.catchUp(tail, deadline);
      isCurrent = true;
    }
    if (expected !== 'any' && sent !== null && sent.outcome === 'elsewhere') {
      return { outcome: 'conflict', actual: sent.actual };
    }
    throw new EventLogUnavailable('others write to the stream all the time');
  }

  /**
   * What is known of the stream, or as little as this append needs to know. Where a stream is said to be is only taken
   * at somebody's word here: no attempt is made elsewhere, and the server takes it only there. To be released.
   */
  async #tail({ stream, expected, events }: AppendRequest): Promise<{ tail: StreamTail; isUnread: boolean }> {
    const tail = this.recent.tail(stream);
    if (tail !== undefined) return { tail, isUnread: false };
    if (expected === 'none') return { tail: this.recent.begin(stream, -1), isUnread: false };
    if (expected !== 'any') {
      if (events.every(({ eventId }) => kindOf(eventId) === 'random')) {
        return { tail: this.recent.begin(stream, expected), isUnread: false };
      }
      const indexed = await this.index.indexedRevision(stream);
      if (indexed !== null && indexed >= expected) {
        const covered = this.recent.begin(stream, expected);
        covered.indexed = indexed;
        return { tail: covered, isUnread: false };
      }
    }
    return { tail: this.recent.begin(stream, -1), isUnread: true };
  }

  async #written(
    { stream, events }: AppendRequest,
    tail: StreamTail,
    { revision, position }: Extract<Sent, { outcome: 'written' }>,
    deadline: Deadline,
  ): Promise<AppendResult> {
    const before = revision - events.length;
    // A stream that was deleted goes on where it was.
    if (before !== tail.head) this.recent.reset(tail, before);
    const places = events.map(({ eventId }, i): KnownPlace => {
      const isLast = i === events.length - 1;
      return { eventId, stream, revision: before + 1 + i, position: isLast ? position : null };
    });
    this.recent.add(tail, places);
    const last = await this.#located(places.at(-1) as KnownPlace, deadline);
    return { outcome: 'appended', revision, position: last.position, repeated: false };
  }

  async #answerKnown(
    { stream, events }: AppendRequest,
    known: ReadonlyMap<string, KnownPlace>,
    deadline: Deadline,
  ): Promise<AppendResult> {
    const places = events.map(({ eventId }) => known.get(eventId)).filter((place) => place !== undefined);
    const isRepeated =
      places.length === events.length &&
      places.every((p, i) => p.stream === stream && (i === 0 || p.revision > (places[i - 1] as KnownPlace).revision));
    if (!isRepeated) {
      const located: EventPlace[] = [];
      for (const place of places) located.push(await this.#located(place, deadline));
      return { outcome: 'duplicate', places: located };
    }
    const { revision, position } = await this.#located(places.at(-1) as KnownPlace, deadline);
    return { outcome: 'appended', revision, position, repeated: true };
  }

  /** The server tells the position of an append's last event only; that of another one is read when it is needed. */
  async #located({ eventId, stream, revision, position }: KnownPlace, deadline: Deadline): Promise<EventPlace> {
    if (position !== null) return { eventId, stream, revision, position };
    const [event] = await this.streams.readOn(stream, revision, 1, deadline);
    if (event?.eventId !== eventId) throw new EventLogUnavailable(`event ${eventId} is not where it was written`);
    return { eventId, stream, revision, position: event.position };
  }
}
