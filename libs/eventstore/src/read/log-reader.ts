import type { RecordedEvent } from '@parley/events';
import type { Logger } from '@parley/platform';
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
import type { Connection } from '../client/connection.js';
import { Follower } from '../follow/follower.js';
import { planFilter } from './filter-plan.js';
import type { Pages } from './pages.js';
import { readBackwards, readFiltered, readForwards } from './read-all.js';

export interface ReaderContext {
  readonly connection: Connection;
  readonly pages: Pages;
  /** Where in a stream an event stands that was written before the call; null: nowhere in it. */
  readonly find: (eventId: string, stream: string) => Promise<{ readonly revision: number } | null>;
  readonly logger: Logger;
}

export class EventStoreReader implements EventLogReader {
  readonly #subscriptions = new Set<EventSubscription>();
  #closed = false;

  constructor(private readonly context: ReaderContext) {}

  async readStream(stream: string, options: ReadStreamOptions = {}): Promise<readonly RecordedEvent[]> {
    const limit = checkLimit(options.limit ?? 512);
    if (stream === '' || stream.startsWith('$')) return [];
    const direction = options.direction ?? 'forwards';
    const from = options.from ?? (direction === 'forwards' ? 'start' : 'end');
    return this.context.pages.stream(stream, { direction, from, limit });
  }

  async readAll(options: ReadAllOptions = {}): Promise<AllPage> {
    const { direction = 'forwards', after = 0, limit: given = 512 } = options;
    const limit = checkLimit(given);
    const plan = planFilter(options.filter);
    const { pages } = this.context;
    if (direction === 'backwards') return readBackwards(pages, plan, options.after, limit);
    if (options.from !== undefined || !plan.isNarrow) return readForwards(pages, plan, { ...options, limit });
    const follower = new Follower(this.context, { after, plan, readAhead: limit, isPatient: false });
    return readFiltered(follower, after, options.upTo ?? Infinity, limit);
  }

  async findEvent(eventId: string, stream: string): Promise<RecordedEvent | null> {
    if (stream === '' || stream.startsWith('$')) return null;
    const place = await this.context.find(eventId, stream);
    if (place === null) return null;
    const [event] = await this.readStream(stream, { from: place.revision, limit: 1 });
    if (event?.eventId !== eventId) throw new EventLogUnavailable(`event ${eventId} is not where it was written`);
    return event;
  }

  async streamInfo(stream: string): Promise<StreamInfo | null> {
    const [last] = await this.readStream(stream, { direction: 'backwards', limit: 1 });
    if (last === undefined) return null;
    const { revision, position, time } = last;
    return { events: revision + 1, lastRevision: revision, lastPosition: position, lastTime: time };
  }

  /**
   * `lastPosition` may be that of a system event: checkpoints of subscriptions move past those too, and must never seem
   * to be ahead of the log. `lastTime` is null then.
   */
  async info(): Promise<LogInfo> {
    const { items } = await this.context.pages.all({ direction: 'backwards', from: 'end', limit: 1 });
    const [last] = items;
    return { events: null, lastPosition: last?.position ?? 0, lastTime: last?.event?.time ?? null };
  }

  subscribe({ after, filter, maxBatch = 1_024 }: SubscribeOptions): EventSubscription {
    const readAhead = checkLimit(maxBatch);
    const options = { after, plan: planFilter(filter), readAhead, isPatient: true };
    const subscription = new Follower(this.context, options, () => this.#subscriptions.delete(subscription));
    this.#subscriptions.add(subscription);
    if (this.#closed) subscription.close();
    return subscription;
  }

  /** Ends all subscriptions. */
  close(): void {
    this.#closed = true;
    for (const subscription of this.#subscriptions) subscription.close();
  }
}

function checkLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 4_096) return limit;
  throw new RangeError(`a limit is an integer from 1 to 4096, not ${limit}`);
}
