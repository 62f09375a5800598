import {
  BACKWARDS,
  END,
  FORWARDS,
  START,
  type AllStreamResolvedEvent,
  type ResolvedEvent,
} from '@eventstore/db-client';
import type { RecordedEvent } from '@parley/events';
import type { Silence } from '@parley/platform';
import { EventLogUnavailable } from '@parley/ports';
import type { Connection, Link } from '../client/connection.js';
import { Deadline, TimedOut } from '../client/deadline.js';
import { failureOf } from '../client/failures.js';
import { toAllEvent, toRecordedEvent, type AllEvent, type StoredEvent } from '../events/coding.js';
import { pairOf, UnusablePosition } from '../events/positions.js';

export interface StreamPage {
  readonly direction: 'forwards' | 'backwards';
  /** A revision, inclusive. */
  readonly from: number | 'start' | 'end';
  readonly limit: number;
}

export interface AllPageRequest {
  readonly direction: 'forwards' | 'backwards';
  /** An event's position: inclusive forwards, exclusive backwards. */
  readonly from: number | 'start' | 'end';
  readonly limit: number;
}

export interface Collected<T> {
  readonly items: readonly T[];
  /** The server had no more in this direction. */
  readonly atEnd: boolean;
}

/** A page of `$all` ends above this many characters of data, whatever its limit: memory is bounded. */
const pageUnits = 4 * 1_048_576;

/** Single reads, with the deadline that the client does not give them. */
export class Pages {
  constructor(
    private readonly connection: Connection,
    private readonly timeoutMs: number,
    private readonly silence: Silence,
  ) {}

  /** As it is at the leader, which alone surely has everything. Empty where no stream is. @throws EventLogUnavailable */
  async stream(
    name: string,
    { direction, from, limit }: StreamPage,
    deadline = new Deadline(this.timeoutMs),
  ): Promise<readonly RecordedEvent[]> {
    const open = ({ client }: Link): Reading =>
      client.readStream(name, {
        direction: direction === 'forwards' ? FORWARDS : BACKWARDS,
        fromRevision: from === 'start' ? START : from === 'end' ? END : BigInt(from),
        maxCount: limit,
        requiresLeader: true,
      });
    return (await this.silence.run(() => this.#read(limit, deadline, open, takeRecorded))).items;
  }

  /** System events are told, not shown. May end before its limit without being at the end. @throws EventLogUnavailable */
  all({ direction, from, limit }: AllPageRequest): Promise<Collected<AllEvent>> {
    const open = ({ client }: Link): Reading =>
      client.readAll({
        direction: direction === 'forwards' ? FORWARDS : BACKWARDS,
        fromPosition: from === 'start' ? START : from === 'end' ? END : pairOf(from),
        maxCount: limit,
      });
    return this.silence.run(() => this.#read(limit, new Deadline(this.timeoutMs), open, takeAll));
  }

  async #read<T>(
    limit: number,
    deadline: Deadline,
    open: (link: Link) => Reading,
    take: (stored: StoredEvent, items: T[]) => number,
  ): Promise<Collected<T>> {
    const { link } = this.connection;
    const reading = open(link);
    try {
      const collected = await deadline.race(collect(reading, limit, take), 'a read of the event log');
      if (link.isOver) throw new Error('the connection ended during the read');
      return collected;
    } catch (error) {
      if (failureOf(error).kind === 'no-stream') return { items: [], atEnd: true };
      throw this.#unavailable(link, error);
    } finally {
      // Nobody else ends a call that was not read to its end.
      if (!reading.readableEnded) reading.cancel().catch(() => undefined);
    }
  }

  #unavailable(link: Link, error: unknown): Error {
    if (error instanceof TimedOut) {
      if (error.isSilence) this.connection.replace(link, error.message);
      return error;
    }
    const failure = failureOf(error);
    if (failure.kind === 'broken' && !(error instanceof UnusablePosition))
      this.connection.replace(link, failure.reason);
    const reason = 'reason' in failure ? failure.reason : failure.kind;
    return new EventLogUnavailable(`reading the event log: ${reason}`, { cause: error });
  }
}

/** What the client's two kinds of reads have in common. */
interface Reading {
  readonly readableEnded: boolean;
  on(event: 'data', listener: (resolved: ResolvedEvent | AllStreamResolvedEvent) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  pause(): unknown;
  cancel(): Promise<void>;
}

function takeRecorded(stored: StoredEvent, items: RecordedEvent[]): number {
  items.push(toRecordedEvent(stored));
  return 0;
}

function takeAll(stored: StoredEvent, items: AllEvent[]): number {
  const one = toAllEvent(stored);
  if (one !== null) items.push(one);
  const event = one?.event ?? null;
  return event === null ? 0 : event.data.length + event.metadata.length;
}

/** `take` answers the size of what it took. */
function collect<T>(
  reading: Reading,
  limit: number,
  take: (stored: StoredEvent, items: T[]) => number,
): Promise<Collected<T>> {
  return new Promise((resolve, reject) => {
    const items: T[] = [];
    let count = 0;
    let units = 0;
    const end = (atEnd: boolean): void => {
      reading.pause();
      resolve({ items, atEnd });
    };
    reading.on('data', ({ event }) => {
      count++;
      if (event === undefined) return;
      try {
        units += take(event, items);
        if (units >= pageUnits && count < limit) end(false);
      } catch (error) {
        reading.pause();
        reject(error);
      }
    });
    reading.on('end', () => end(count < limit));
    // Stays for as long as the stream does: an error that comes after the answer is nobody's.
    reading.on('error', reject);
  });
}
