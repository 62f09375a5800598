import type { EventLogReader, FeedBatch, FeedConsumer } from '@parley/ports';
import { partitionOfStream } from '../topic/partition-of.js';
import { again, type Waits } from './again.js';
import { nextStretch, type PlacedRecord } from './stretch.js';
import { WaitingRecords } from './waiting-records.js';

export interface StreamSettings {
  readonly log: Pick<EventLogReader, 'subscribe'>;
  readonly partitions: number;
  readonly maxBatch: number;
  readonly maxWaitingBytes: number;
  /** Between two tries of what the consumer rejects. */
  readonly retryMs: Waits;
  /** Fetch no more of this partition, or go on. */
  readonly onFull: (partition: number) => void;
  readonly onDrained: (partition: number) => void;
  readonly onRejected: (partition: number, error: unknown) => void;
  readonly onCatchUp: (partition: number, after: number, upTo: number) => void;
}

/**
 * One partition while it is ours: takes what was fetched to the consumer, stretch by stretch, without a hole. What the
 * topic does not have any more is read from the log.
 */
export class PartitionStream {
  readonly #waiting: WaitingRecords;
  readonly #lost = new AbortController();
  readonly #finishing = new AbortController();
  /** Stops what waits, but not a `take` at hand. */
  readonly #idleEnd: AbortSignal;
  readonly #ended: Promise<void>;
  #seen = 0;
  #taken: number | null = null;
  #full = false;
  #toldLive = false;
  /** When the last stretch was, by performance.now(). */
  #gaveAt = -Infinity;

  constructor(
    readonly partition: number,
    private readonly consumer: FeedConsumer,
    private readonly settings: StreamSettings,
    /** Before: the same partition may be at work here from the last time that it was ours. */
    before: Promise<void>,
  ) {
    this.#waiting = new WaitingRecords(settings.maxWaitingBytes);
    this.#idleEnd = AbortSignal.any([this.#lost.signal, this.#finishing.signal]);
    this.#idleEnd.addEventListener('abort', () => this.#waiting.wake(), { once: true });
    this.#ended = before.then(() => this.#run());
  }

  /** Offset of the last record whose stretch was taken; null while none was. */
  get taken(): number | null {
    return this.#taken;
  }

  /** `upTo`: offset of the last record of the fetch; `end`: one above the last in the partition. */
  offer(records: Iterable<PlacedRecord>, upTo: number, end: number): void {
    this.#waiting.add(records, upTo, end);
    if (this.#full || !this.#waiting.full) return;
    this.#full = true;
    this.settings.onFull(this.partition);
  }

  /** No longer ours: resolves when the consumer has let go of it. */
  lose(): Promise<void> {
    this.#lost.abort();
    return this.#ended;
  }

  /** Finishes the stretch at hand; what only waits is left. */
  finish(): Promise<void> {
    this.#finishing.abort();
    return this.#ended;
  }

  async #run(): Promise<void> {
    if (this.#idleEnd.aborted) return;
    const rejected = (error: unknown): void => this.settings.onRejected(this.partition, error);
    const begin = async (): Promise<void> => {
      this.#seen = await this.consumer.begin(this.partition);
    };
    if (await again(begin, this.settings.retryMs, this.#idleEnd, rejected)) {
      while (!this.#idleEnd.aborted) await again(() => this.#next(), this.settings.retryMs, this.#idleEnd, rejected);
    }
    try {
      this.consumer.end(this.partition);
    } catch (error) {
      rejected(error);
    }
  }

  /** Rejects when the consumer does; then the same stretch comes again. */
  async #next(): Promise<void> {
    await this.#gather();
    if (this.#idleEnd.aborted) return;
    const stretch = nextStretch(this.#waiting, this.#seen, this.settings.maxBatch);
    if (stretch.used > 0) {
      const live = this.#waiting.complete && stretch.used === this.#waiting.length;
      await this.#give({ events: stretch.events, checkpoint: stretch.checkpoint, live });
      this.#taken = stretch.offset;
      this.#waiting.drop(stretch.used);
      if (this.#full && this.#waiting.drained) {
        this.#full = false;
        this.settings.onDrained(this.partition);
      }
    } else if (stretch.missingUpTo !== null) {
      await this.#catchUp(stretch.missingUpTo);
    } else {
      await this.#waiting.arrival();
    }
  }

  /** Little that comes soon after the last stretch waits for more. */
  async #gather(): Promise<void> {
    const left = this.#gaveAt + (this.consumer.gatherMs ?? 0) - performance.now();
    if (left <= 0) return;
    const gathering = { goesOn: true };
    const timer = setTimeout(() => {
      gathering.goesOn = false;
      this.#waiting.wake();
    }, left);
    while (gathering.goesOn && this.#isLittle && !this.#idleEnd.aborted) await this.#waiting.arrival();
    clearTimeout(timer);
  }

  get #isLittle(): boolean {
    return !this.#full && this.#waiting.length < this.settings.maxBatch;
  }

  async #give(batch: FeedBatch): Promise<void> {
    if (this.#lost.signal.aborted) return;
    // Somebody who waits at the end of an idle partition is told once that there is nothing more.
    if (batch.checkpoint > this.#seen || (batch.live && !this.#toldLive)) {
      await this.consumer.take(this.partition, batch, this.#lost.signal);
      this.#toldLive ||= batch.live;
      this.#gaveAt = performance.now();
    }
    this.#seen = batch.checkpoint;
  }

  /**
   * By a subscription, whose checkpoints say that everything below was in the log that they were read from: a page of a
   * log that lags behind the relay's would look as if there was nothing.
   */
  async #catchUp(upTo: number): Promise<void> {
    this.settings.onCatchUp(this.partition, this.#seen, upTo);
    const subscription = this.settings.log.subscribe({ after: this.#seen, maxBatch: 4_096 });
    const close = (): void => subscription.close();
    this.#idleEnd.addEventListener('abort', close, { once: true });
    try {
      for await (const { events, checkpoint } of subscription) {
        const own = events.filter(
          ({ stream }) => partitionOfStream(stream, this.settings.partitions) === this.partition,
        );
        for (const part of partsOf(own, checkpoint, this.settings.maxBatch)) {
          if (this.#idleEnd.aborted) return;
          await this.#give(part);
        }
        if (checkpoint >= upTo) return;
      }
    } finally {
      this.#idleEnd.removeEventListener('abort', close);
      subscription.close();
    }
  }
}

function* partsOf(events: FeedBatch['events'], checkpoint: number, maxBatch: number): Iterable<FeedBatch> {
  let start = 0;
  for (; events.length - start > maxBatch; start += maxBatch) {
    const part = events.slice(start, start + maxBatch);
    yield { events: part, checkpoint: part.at(-1)?.position ?? checkpoint, live: false };
  }
  yield { events: events.slice(start), checkpoint, live: false };
}
