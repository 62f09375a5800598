import type { RecordedEvent } from '@parley/events';
import {
  EventLogUnavailable,
  type AllPage,
  type EventLogReader,
  type EventSubscription,
  type LogInfo,
  type ReadAllOptions,
  type ReadStreamOptions,
  type StreamInfo,
  type SubscribeOptions,
} from '@parley/ports';
import type { DatabaseSync } from 'node:sqlite';
import { assertGapless, EventLogDamaged } from './event-checksum.js';
import { FilteredScan } from './filtered-scan.js';
import type { HeadSignal } from './head-signal.js';
import { openForReading } from './log-file.js';
import { Names, eventColumns, type EventRow } from './event-rows.js';
import { StreamScan } from './stream-scan.js';
import { LogSubscription } from './subscription.js';

/** Most positions that one call looks at when a filter drops nearly all of them: a few milliseconds. */
const considerAtMost = 8_192;

export type CountedLog = LogInfo & { readonly events: number };

/** Reads the log in any thread, or in another process. Each call is one short transaction and leaves none open. */
export class LogReader implements EventLogReader {
  readonly #db: DatabaseSync;
  readonly #names: Names;
  readonly #streams: StreamScan;
  readonly #scan: FilteredScan;
  readonly #subscriptions = new Set<LogSubscription>();
  #closed = false;

  /** Without a signal (another process) subscriptions look for news every 20 ms. */
  constructor(
    folder: string,
    private readonly signal: HeadSignal | null,
  ) {
    this.#db = openForReading(folder);
    this.#names = new Names(this.#db);
    this.#streams = new StreamScan(this.#db);
    this.#scan = new FilteredScan(this.#db, this.#names);
  }

  readStream(stream: string, options: ReadStreamOptions = {}): Promise<readonly RecordedEvent[]> {
    return this.#read(() => {
      const limit = checkLimit(options.limit ?? 512);
      const id = this.#names.streamId(stream);
      if (id === null) return [];
      const rows =
        options.direction === 'backwards'
          ? this.#streams.backwards(id, options.from ?? Number.MAX_SAFE_INTEGER, limit)
          : this.#streams.forwards(id, options.from ?? 0, limit);
      assertGapless(
        rows.map((row) => row[eventColumns.revision]),
        `revisions of ${stream}`,
      );
      return rows.map((row) => this.#names.event(row));
    });
  }

  readAll(options: ReadAllOptions = {}): Promise<AllPage> {
    return this.#read(() =>
      options.direction === 'backwards' ? this.#allBackwards(options) : this.#allForwards(options),
    );
  }

  findEvent(eventId: string, stream: string): Promise<RecordedEvent | null> {
    return this.#read(() => {
      const row = this.#streams.findEvent(eventId);
      const event = row === null ? null : this.#names.event(row);
      return event?.stream === stream ? event : null;
    });
  }

  async streamInfo(stream: string): Promise<StreamInfo | null> {
    const [last] = await this.readStream(stream, { direction: 'backwards', limit: 1 });
    if (last === undefined) return null;
    const { revision, position, time } = last;
    return { events: revision + 1, lastRevision: revision, lastPosition: position, lastTime: time };
  }

  info(): Promise<CountedLog> {
    return this.#read(() => {
      const last = this.#db.prepare('SELECT position, time FROM events ORDER BY position DESC LIMIT 1').get() as
        { position: number; time: number } | undefined;
      // Positions here have no gaps and nothing is ever deleted, so the last one is the count.
      return { events: last?.position ?? 0, lastPosition: last?.position ?? 0, lastTime: last?.time ?? null };
    });
  }

  subscribe(options: SubscribeOptions): EventSubscription {
    checkLimit(options.maxBatch ?? 1_024);
    const subscription = new LogSubscription(this, this.signal, options, () =>
      this.#subscriptions.delete(subscription),
    );
    this.#subscriptions.add(subscription);
    if (this.#closed) subscription.close();
    return subscription;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const subscription of this.#subscriptions) subscription.close();
    this.#db.close();
  }

  #allForwards({ from, upTo = Number.MAX_SAFE_INTEGER, filter, limit = 512, ...options }: ReadAllOptions): AllPage {
    checkLimit(limit);
    const after = from === undefined ? (options.after ?? 0) : from - 1;
    // Events are only ever added at the end: what is at or below this position cannot change, whatever commits meanwhile.
    const end = Math.min(this.#scan.lastPosition(), upTo);
    const to = filter === undefined ? end : Math.min(end, after + considerAtMost);
    if (to <= after) return { events: [], considered: after, atEnd: after >= end };
    const { rows, complete } = this.#scan.forwards(after, to, filter, limit);
    if (filter === undefined) {
      assertGapless([after, ...rows.map((row) => row[eventColumns.position])], 'positions');
    }
    const considered = complete ? to : (rows.at(-1) as EventRow)[eventColumns.position];
    return { events: rows.map((row) => this.#names.event(row)), considered, atEnd: considered >= end };
  }

  #allBackwards({ after = Number.MAX_SAFE_INTEGER, filter, limit = 512 }: ReadAllOptions): AllPage {
    checkLimit(limit);
    const before = Math.min(this.#scan.lastPosition() + 1, after);
    const from = filter === undefined ? 1 : Math.max(1, before - considerAtMost);
    if (before <= 1) return { events: [], considered: before, atEnd: true };
    const { rows, complete } = this.#scan.backwards(before, from, filter, limit);
    const considered = complete ? from : (rows.at(-1) as EventRow)[eventColumns.position];
    return { events: rows.map((row) => this.#names.event(row)), considered, atEnd: considered <= 1 };
  }

  /** Errors of the disk become the port's error; a wrong argument stays what it is. */
  // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous, SQLite is not
  async #read<T>(read: () => T): Promise<T> {
    if (this.#closed) throw new EventLogUnavailable('the event log is closed');
    try {
      return read();
    } catch (error) {
      if (error instanceof RangeError || error instanceof EventLogDamaged) throw error;
      if (((error as { errcode?: number }).errcode ?? 0) % 256 === 11) {
        throw new EventLogDamaged(`log.db is damaged (${(error as Error).message}): restore it from a backup`, {
          cause: error,
        });
      }
      throw new EventLogUnavailable(`reading the event log: ${(error as Error).message}`, { cause: error });
    }
  }
}

function checkLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 4_096) return limit;
  throw new RangeError(`a limit is an integer from 1 to 4096, not ${limit}`);
}
