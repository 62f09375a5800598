import type {
  EventBatch,
  EventFeed,
  EventLogReader,
  EventSubscription,
  FeedConsumer,
  FeedMembership,
} from '@parley/ports';
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds until a stretch that could not be taken is brought again; doubled each time up to the second. */
const retryAfter = [250, 15_000] as const;

/**
 * The event log itself as a feed with one partition, for a deployment of one projector: every group reads the log on its
 * own and gets all of it.
 */
export function createLogFeed(log: Pick<EventLogReader, 'subscribe' | 'info'>): EventFeed {
  return { partitions: 1, partitionOf: () => 0, join: (_group, consumer) => new LogMembership(log, consumer) };
}

class LogMembership implements FeedMembership {
  readonly partitions = [0];
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  #subscription: EventSubscription | null = null;
  #position: number | null = null;

  constructor(
    private readonly log: Pick<EventLogReader, 'subscribe' | 'info'>,
    private readonly consumer: FeedConsumer,
  ) {
    this.#done = this.#run();
  }

  async lag(): Promise<number | null> {
    if (this.#position === null) return null;
    return Math.max(0, (await this.log.info()).lastPosition - this.#position);
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    this.#subscription?.close();
    await this.#done;
    this.consumer.end(0);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { gatherMs = 0 } = this.consumer;
    const after = await this.#insist(() => this.consumer.begin(0));
    if (after === null) return;
    this.#position = after;
    this.#subscription = this.log.subscribe({ after });
    if (signal.aborted) this.#subscription.close();
    for await (const { events, checkpoint, live } of this.#subscription as AsyncIterable<EventBatch>) {
      const taken = await this.#insist(async () => {
        await this.consumer.take(0, { events, checkpoint, live }, signal);
        return true;
      });
      if (taken === null) return;
      this.#position = checkpoint;
      // More gathers in the log meanwhile.
      if (live && gatherMs > 0) await pause(gatherMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Tries until it works; null: it was to be closed before that. */
  async #insist<T>(work: () => Promise<T>): Promise<T | null> {
    const { signal } = this.#stopping;
    for (let wait: number = retryAfter[0]; !signal.aborted; wait = Math.min(wait * 2, retryAfter[1])) {
      try {
        return await work();
      } catch {
        // The consumer says itself what is wrong; here it is only brought again.
        await pause(wait, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
    return null;
  }
}
