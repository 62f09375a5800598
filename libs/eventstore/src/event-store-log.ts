import { type Logger, Silence } from '@parley/platform';
import { type EventIdIndex, type EventLogReader, EventLogUnavailable, type EventLogWriter } from '@parley/ports';
import { AppendSender } from './append/append-sender.js';
import { GuardedIndex } from './append/guarded-index.js';
import { OnceWriter } from './append/once-writer.js';
import { RecentPlaces, type RecentLimits } from './append/recent-places.js';
import { Connection } from './client/connection.js';
import { EventStoreReader } from './read/log-reader.js';
import { Pages } from './read/pages.js';
import { parseEventStoreUrl } from './url.js';

export interface EventStoreLogOptions {
  /** `esdb://[user:password@]host[:port]…` as EventStoreDB's clients take it. Never logged. */
  readonly url: string;
  /** Where every event stands whose id may come again: what makes an append exact for ever. */
  readonly index: EventIdIndex;
  readonly logger: Logger;
  /** For one append with all it takes, from the call on. Default 5,000. */
  readonly appendTimeoutMs?: number;
  /** For one read. Default 10,000. */
  readonly readTimeoutMs?: number;
  /**
   * How appends travel: `batch` (default) on one gRPC stream with the rights it was opened with; `single` as calls of
   * their own that carry the credentials of the URL.
   */
  readonly appends?: 'batch' | 'single';
  /** What may wait for its answer; more is refused with EventLogUnavailable. Default 16,384 appends, 64 MiB. */
  readonly queue?: { readonly appends?: number; readonly bytes?: number };
  /**
   * Places of events kept in memory: by default 2,048 a stream and 131,072 together. Beside them, of what the index does
   * not have or while it is away: 2,097,152 packed ids, 56 MiB at most.
   */
  readonly recent?: Partial<RecentLimits>;
}

export interface EventStoreLog extends EventLogWriter, EventLogReader {
  /** Appends that wait for their answer. */
  readonly queueDepth: number;
  /** Ends subscriptions, answers every accepted append, lets go of the server. Bounded in time. */
  close(): Promise<void>;
}

/**
 * The event log on EventStoreDB (22.10 or later). Nothing is asked of the server yet: it may be late, and calls answer
 * EventLogUnavailable until it is there.
 * @throws Error for a connection string that cannot be used; it never holds the password
 */
export async function openEventStoreLog(options: EventStoreLogOptions): Promise<EventStoreLog> {
  const { logger } = options;
  const address = parseEventStoreUrl(options.url);
  if (options.appends === 'single' && address.credentials === null) {
    throw new Error('single appends need user and password in the EventStoreDB connection string');
  }
  const appending = new Connection(address, logger);
  const reading = new Connection(address, logger);
  const appendTimeoutMs = options.appendTimeoutMs ?? 5_000;
  const readTimeoutMs = options.readTimeoutMs ?? 10_000;
  const recent = new RecentPlaces({ perStream: 2_048, total: 131_072, packed: 2_097_152, ...options.recent });
  const index = new GuardedIndex(options.index, logger);
  const silence = silenceOf(logger);
  const pages = new Pages(reading, readTimeoutMs, silence);
  const sender = new AppendSender(appending, pages, options.appends === 'single' ? address.credentials : null, silence);
  const writer = new OnceWriter(sender, recent, index, {
    timeoutMs: appendTimeoutMs,
    queue: { appends: 16_384, bytes: 64 * 1_048_576, ...options.queue },
  });
  const reader = new EventStoreReader({
    connection: reading,
    pages,
    find: (eventId, stream) => writer.find(eventId, stream),
    logger,
  });
  return {
    append: (request) => writer.append(request),
    readStream: (stream, read) => reader.readStream(stream, read),
    readAll: (read) => reader.readAll(read),
    findEvent: (eventId, stream) => reader.findEvent(eventId, stream),
    streamInfo: (stream) => reader.streamInfo(stream),
    info: () => reader.info(),
    subscribe: (subscribe) => reader.subscribe(subscribe),
    get queueDepth() {
      return writer.depth;
    },
    async close() {
      reader.close();
      await writer.close();
      await Promise.all([appending.close(), reading.close()]);
    },
  };
}

/** Of appends and reads together: nobody waits for a log that is frozen, but for one call that tries. */
function silenceOf(logger: Logger): Silence {
  return new Silence({
    now: () => performance.now(),
    // With one call that gets no answer in time the connection is replaced, and others on it break off.
    isTimeout: (error) => error instanceof EventLogUnavailable,
    refusal: () => new EventLogUnavailable('the event log takes everything and answers nothing'),
    onChange: (isSilent) => {
      if (isSilent) logger.warn('the event log does not answer: it is not waited for until it does');
      else logger.info('the event log answers again');
    },
  });
}
