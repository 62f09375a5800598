import { encodeEvent, type ParleyEvent, type RecordedEvent } from '@parley/events';
import type { EventFeed, EventLogReader, FeedBatch, FeedConsumer, FeedMembership } from '@parley/ports';

/** A feed that a test drives by hand, and the log behind it. */
export class MemoryFeed implements EventFeed {
  readonly partitions = 2;
  readonly events: RecordedEvent[] = [];
  closed = false;
  readonly #signals = new Map<number, AbortController>();
  #consumer: FeedConsumer | null = null;

  /** `conversation-cnv_1` is in partition 1. */
  partitionOf(stream: string): number {
    return Number(stream.at(-1)) % this.partitions;
  }

  join(_: string, consumer: FeedConsumer): FeedMembership {
    this.#consumer = consumer;
    return {
      partitions: [],
      lag: async () => 7,
      close: async () => {
        for (const partition of this.#signals.keys()) this.lose(partition);
        this.closed = true;
      },
    };
  }

  write(event: ParleyEvent, stream = 'conversation-cnv_1'): RecordedEvent {
    const position = this.events.length + 1;
    const encoded = encodeEvent(event, { eventId: `e${position}`, time: 0, metadata: { actorId: 'usr_a' } });
    const recorded = { ...encoded, stream, revision: position - 1, position };
    this.events.push(recorded);
    return recorded;
  }

  begin(partition: number): Promise<number> {
    this.#signals.set(partition, new AbortController());
    return this.#given.begin(partition);
  }

  /** Everything of a partition between two positions. */
  batch(partition: number, after: number, checkpoint: number, live = true): FeedBatch {
    const events = this.events.filter(
      ({ position, stream }) => position > after && position <= checkpoint && this.partitionOf(stream) === partition,
    );
    return { events, checkpoint, live };
  }

  take(partition: number, batch: FeedBatch): Promise<void> {
    const signal = this.#signals.get(partition)?.signal ?? AbortSignal.abort();
    return this.#given.take(partition, batch, signal);
  }

  lose(partition: number): void {
    this.#signals.get(partition)?.abort();
    this.#signals.delete(partition);
    this.#given.end(partition);
  }

  readonly log: Pick<EventLogReader, 'readAll'> = {
    readAll: async ({ from = 1, after = from - 1, upTo = Infinity, limit = 512 } = {}) => {
      const events = this.events.filter(({ position }) => position > after && position <= upTo).slice(0, limit);
      const considered = events.at(-1)?.position ?? after;
      return { events, considered, atEnd: considered >= Math.min(upTo, this.events.length) };
    },
  };

  get #given(): FeedConsumer {
    if (this.#consumer === null) throw new Error('nobody has joined');
    return this.#consumer;
  }
}
