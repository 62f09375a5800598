import type { RecordedEvent } from '@parley/events';
import type { EventBatch, EventLogReader, EventSubscription, ReadAllOptions, SubscribeOptions } from '@parley/ports';
import { describe, expect, it } from 'vitest';
import { type EventReplay, replayEvents } from './replay-events.js';

const event = (position: number): RecordedEvent => ({
  eventId: `e${position}`,
  type: 'MessageSent.v1',
  data: '{}',
  metadata: '{}',
  time: 0,
  stream: 'conversation-cnv_1',
  revision: position,
  position,
});

/** A log of the positions 10, 20, … that shows what was asked of it. */
class Log implements Pick<EventLogReader, 'readAll' | 'subscribe' | 'info'> {
  readonly reads: ReadAllOptions[] = [];
  last = 100;
  closed = 0;

  info = async () => ({ events: this.last / 10, lastPosition: this.last, lastTime: 0 });

  readAll = async (options: ReadAllOptions = {}) => {
    this.reads.push(options);
    const { after = 0, upTo = Infinity } = options;
    const all = this.positions(after, Math.min(upTo, this.last));
    const events = all.slice(0, 3);
    return { events: events.map(event), considered: events.at(-1) ?? upTo, atEnd: events.length === all.length };
  };

  subscribe = ({ after }: SubscribeOptions): EventSubscription => {
    const close = (): void => {
      this.closed++;
      this.#end.resolve();
    };
    const batches = this.#batches(after);
    return { close, [Symbol.asyncIterator]: () => batches };
  };

  readonly #end = Promise.withResolvers<void>();

  async *#batches(after: number): AsyncGenerator<EventBatch> {
    yield { events: this.positions(after, this.last).map(event), checkpoint: this.last, live: true };
    yield { events: [event(110), event(120)], checkpoint: 120, live: true };
    await this.#end.promise;
  }

  private positions(after: number, upTo: number): number[] {
    return Array.from({ length: 12 }, (_, index) => (index + 1) * 10).filter((p) => p > after && p <= upTo);
  }
}

const all: EventReplay = {
  after: 0,
  upTo: undefined,
  filter: {},
  limit: Infinity,
  live: false,
  signal: new AbortController().signal,
};

async function positionsOf(log: Log, replay: Partial<EventReplay>): Promise<number[]> {
  const positions: number[] = [];
  for await (const events of replayEvents(log, { ...all, ...replay })) positions.push(...events.map((e) => e.position));
  return positions;
}

describe('replaying stored events', () => {
  it('brings all in order and ends where the log ended when it began', async () => {
    const log = new Log();
    expect(await positionsOf(log, {})).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(log.reads.every((read) => read.upTo === 100)).toBe(true);
  });

  it('begins after a position, ends with one, and stops at a limit', async () => {
    expect(await positionsOf(new Log(), { after: 35, upTo: 70 })).toEqual([40, 50, 60, 70]);
    expect(await positionsOf(new Log(), { limit: 4 })).toEqual([10, 20, 30, 40]);
    expect(await positionsOf(new Log(), { after: 100 })).toEqual([]);
  });

  it('passes the filter on to the log', async () => {
    const log = new Log();
    await positionsOf(log, { filter: { types: ['MessageSent.v1'] } });
    expect(log.reads[0]?.filter).toEqual({ types: ['MessageSent.v1'] });
  });

  it('goes on live until nobody listens any more', async () => {
    const log = new Log();
    const controller = new AbortController();
    const seen: number[] = [];
    for await (const events of replayEvents(log, { ...all, live: true, signal: controller.signal })) {
      seen.push(...events.map((e) => e.position));
      if (seen.includes(120)) controller.abort();
    }
    expect(seen.slice(-3)).toEqual([100, 110, 120]);
    expect(log.closed).toBeGreaterThan(0);
  });

  it('ends live at a last position', async () => {
    expect(await positionsOf(new Log(), { live: true, after: 80, upTo: 110 })).toEqual([90, 100, 110]);
  });
});
