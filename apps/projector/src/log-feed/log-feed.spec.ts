import type { EventBatch, EventLogReader, FeedBatch, FeedConsumer } from '@parley/ports';
import { describe, expect, it, vi } from 'vitest';
import { createLogFeed } from './log-feed.js';

/** A log that says what the test says. */
class Source {
  readonly #batches: EventBatch[] = [];
  #wake = Promise.withResolvers<void>();
  closed = false;
  after: number | null = null;

  push(checkpoint: number): void {
    this.#batches.push({ events: [], checkpoint, live: true });
    this.#wake.resolve();
  }

  readonly log = {
    info: async () => ({ events: 0, lastPosition: 9, lastTime: null }),
    subscribe: ({ after }: { after: number }) => {
      this.after = after;
      return {
        close: () => {
          this.closed = true;
          this.#wake.resolve();
        },
        [Symbol.asyncIterator]: () => this.#follow(),
      };
    },
  } as Pick<EventLogReader, 'subscribe' | 'info'>;

  async *#follow(): AsyncGenerator<EventBatch> {
    while (!this.closed) {
      const next = this.#batches.shift();
      if (next !== undefined) yield next;
      else {
        this.#wake = Promise.withResolvers();
        await this.#wake.promise;
      }
    }
  }
}

function consumer(over: Partial<FeedConsumer> = {}) {
  const taken: FeedBatch[] = [];
  const ended: number[] = [];
  return {
    taken,
    ended,
    begin: async () => 4,
    take: async (_partition: number, batch: FeedBatch) => void taken.push(batch),
    end: (partition: number) => void ended.push(partition),
    ...over,
  };
}

describe('the log as a feed', () => {
  it('brings everything after where the consumer is, in one partition', async () => {
    const source = new Source();
    const reader = consumer();
    const membership = createLogFeed(source.log).join('any', reader);
    source.push(5);
    source.push(7);
    await vi.waitFor(() => expect(reader.taken.map(({ checkpoint }) => checkpoint)).toEqual([5, 7]));
    expect(source.after).toBe(4);
    await vi.waitFor(async () => expect(await membership.lag()).toBe(2));
    await membership.close();
    expect(reader.ended).toEqual([0]);
  });

  it('brings a stretch again that was not taken, and nothing else before it', async () => {
    const source = new Source();
    let failures = 2;
    const seen: number[] = [];
    const reader = consumer({
      take: async (_partition, { checkpoint }) => {
        seen.push(checkpoint);
        if (failures-- > 0) throw new Error('the store is away');
      },
    });
    const membership = createLogFeed(source.log).join('any', reader);
    source.push(5);
    source.push(7);
    await vi.waitFor(() => expect(seen).toEqual([5, 5, 5, 7]), { timeout: 5_000 });
    await membership.close();
  });

  it('can be left while the consumer cannot begin', async () => {
    const source = new Source();
    const begin = vi.fn<FeedConsumer['begin']>(() => Promise.reject(new Error('the store is away')));
    const membership = createLogFeed(source.log).join('any', consumer({ begin }));
    await vi.waitFor(() => expect(begin).toHaveBeenCalled());
    expect(await membership.lag()).toBeNull();
    await membership.close();
  });
});
