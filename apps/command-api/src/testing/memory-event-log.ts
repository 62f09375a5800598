import type { NewEvent, RecordedEvent } from '@parley/events';
import type {
  AllPage,
  AppendRequest,
  AppendResult,
  EventBatch,
  EventFilter,
  EventLogReader,
  EventLogWriter,
  EventPlace,
  EventSubscription,
  LogInfo,
  ReadAllOptions,
  ReadStreamOptions,
  SnapshotStore,
  StreamInfo,
  SubscribeOptions,
} from '@parley/ports';

/**
 * The event log's contract in memory, for specs: exact answers, and hooks to make it fail or race. Positions rise by
 * three, so that nobody gets away with counting them.
 */
export class MemoryEventLog implements EventLogReader, EventLogWriter, SnapshotStore {
  readonly #events: RecordedEvent[] = [];
  readonly #streams = new Map<string, RecordedEvent[]>();
  readonly #byId = new Map<string, RecordedEvent>();
  readonly #snapshots = new Map<string, { readonly revision: number; readonly state: string }>();
  #waiting: (() => void)[] = [];
  /** Every append that was asked for, in order. */
  readonly appends: AppendRequest[] = [];
  /** Streams read, in order. */
  readonly reads: string[] = [];
  /** Awaited before an append takes effect: lets others come in between, or throws. */
  beforeAppend: (request: AppendRequest) => Promise<void> | void = () => undefined;
  /** Awaited after an append has taken effect, before it is answered: throwing leaves its fate unknown to the caller. */
  afterAppend: (request: AppendRequest) => Promise<void> | void = () => undefined;
  beforeRead: (stream: string) => Promise<void> | void = () => undefined;

  async append(request: AppendRequest): Promise<AppendResult> {
    this.appends.push(request);
    await this.beforeAppend(request);
    const result = this.#append(request);
    await this.afterAppend(request);
    return result;
  }

  #append({ stream, expected, events }: AppendRequest): AppendResult {
    const known = events.flatMap(({ eventId }) => this.#byId.get(eventId) ?? []);
    if (known.length > 0) return this.#repeated(stream, events, known);
    const recorded = this.#streams.get(stream) ?? [];
    const actual = recorded.length === 0 ? 'none' : recorded.length - 1;
    if (expected !== 'any' && expected !== actual) return { outcome: 'conflict', actual };
    for (const event of events) this.#record(stream, recorded, event);
    this.#streams.set(stream, recorded);
    for (const wake of this.#waiting.splice(0)) wake();
    const last = recorded.at(-1);
    return { outcome: 'appended', revision: recorded.length - 1, position: last?.position ?? 0, repeated: false };
  }

  #record(stream: string, recorded: RecordedEvent[], event: NewEvent): void {
    const position = (this.#events.at(-1)?.position ?? 0) + 3;
    const added: RecordedEvent = { ...event, stream, revision: recorded.length, position };
    recorded.push(added);
    this.#events.push(added);
    this.#byId.set(event.eventId, added);
  }

  #repeated(stream: string, events: readonly NewEvent[], known: readonly RecordedEvent[]): AppendResult {
    const inOrder = known.every(
      (event, i) => event.stream === stream && event.revision > (known[i - 1]?.revision ?? -1),
    );
    const whole = inOrder && known.length === events.length;
    const last = known.at(-1);
    if (whole && last !== undefined) {
      return { outcome: 'appended', revision: last.revision, position: last.position, repeated: true };
    }
    return { outcome: 'duplicate', places: known.map(placeOf) };
  }

  async readStream(stream: string, options: ReadStreamOptions = {}): Promise<readonly RecordedEvent[]> {
    this.reads.push(stream);
    await this.beforeRead(stream);
    const { direction = 'forwards', limit = 512 } = options;
    const events = this.#streams.get(stream) ?? [];
    if (direction === 'forwards') return events.slice(options.from ?? 0, (options.from ?? 0) + limit);
    const from = Math.min(options.from ?? events.length - 1, events.length - 1);
    return events.slice(Math.max(0, from - limit + 1), from + 1).toReversed();
  }

  async readAll({ from, upTo, filter, limit = 512, ...options }: ReadAllOptions = {}): Promise<AllPage> {
    const after = from === undefined ? (options.after ?? 0) : from - 1;
    const considered = this.#events.filter((event) => event.position > after && event.position <= (upTo ?? Infinity));
    const events = considered.filter((event) => passes(event, filter)).slice(0, limit);
    const atEnd = events.length < limit;
    const last = atEnd ? considered.at(-1) : events.at(-1);
    return { events, considered: last?.position ?? after, atEnd };
  }

  findEvent(eventId: string, stream: string): Promise<RecordedEvent | null> {
    const event = this.#byId.get(eventId);
    return Promise.resolve(event?.stream === stream ? event : null);
  }

  streamInfo(stream: string): Promise<StreamInfo | null> {
    const events = this.#streams.get(stream);
    const last = events?.at(-1);
    if (events === undefined || last === undefined) return Promise.resolve(null);
    const { revision: lastRevision, position: lastPosition, time: lastTime } = last;
    return Promise.resolve({ events: events.length, lastRevision, lastPosition, lastTime });
  }

  info(): Promise<LogInfo> {
    const last = this.#events.at(-1);
    const info = { events: this.#events.length, lastPosition: last?.position ?? 0, lastTime: last?.time ?? null };
    return Promise.resolve(info);
  }

  subscribe(options: SubscribeOptions): EventSubscription {
    return new MemorySubscription(this, options);
  }

  /** Resolves at the next append. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async load(stream: string, version: number): Promise<{ readonly revision: number; readonly state: string } | null> {
    return this.#snapshots.get(`${stream}@${version}`) ?? null;
  }

  save(stream: string, version: number, revision: number, state: string): void {
    const key = `${stream}@${version}`;
    if (revision > (this.#snapshots.get(key)?.revision ?? -1)) this.#snapshots.set(key, { revision, state });
  }
}

class MemorySubscription implements EventSubscription {
  readonly #log: MemoryEventLog;
  readonly #options: SubscribeOptions;
  readonly #closed = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(log: MemoryEventLog, options: SubscribeOptions) {
    this.#log = log;
    this.#options = options;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<EventBatch> {
    const { filter, maxBatch = 1_024 } = this.#options;
    let { after } = this.#options;
    while (!this.#isClosed) {
      const changed = this.#log.changed();
      const page = await this.#log.readAll({ after, limit: maxBatch, ...(filter === undefined ? {} : { filter }) });
      if (page.considered > after) {
        after = page.considered;
        yield { events: page.events, checkpoint: after, live: page.atEnd };
      } else {
        await Promise.race([changed, this.#closed.promise]);
      }
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#closed.resolve();
  }
}

const placeOf = ({ eventId, stream, revision, position }: RecordedEvent): EventPlace => ({
  eventId,
  stream,
  revision,
  position,
});

const passes = (event: RecordedEvent, filter?: EventFilter): boolean =>
  (filter?.streamPrefixes?.some((prefix) => event.stream.startsWith(prefix)) ?? true) &&
  (filter?.types?.includes(event.type) ?? true);
