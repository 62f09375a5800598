import type { RecordedEvent } from '@parley/events';
import type { EventBatch, EventLogReader, EventTopic, LogStretch } from '@parley/ports';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Relay } from './relay.js';
import { startPosition } from './start-position.js';

/** A log that may also move on without an event that anybody reads. */
class Log {
  readonly events: RecordedEvent[] = [];
  position = 0;
  subscriptions = 0;
  #news = Promise.withResolvers<void>();

  write(count = 1): void {
    for (let index = 0; index < count; index++) {
      const position = ++this.position;
      const facts = { eventId: `e${position}`, type: 'MessageSent.v1', data: '{}', metadata: '{}', time: 0 };
      this.events.push({ ...facts, stream: `conversation-c${position % 5}`, revision: 0, position });
    }
    this.#news.resolve();
  }

  move(): void {
    this.position++;
    this.#news.resolve();
  }

  readonly reader: Pick<EventLogReader, 'subscribe' | 'info'> = {
    info: async () => ({ events: this.events.length, lastPosition: this.position, lastTime: null }),
    subscribe: ({ after }) => {
      const state = { closed: false };
      this.subscriptions++;
      const follow = async function* (log: Log): AsyncGenerator<EventBatch> {
        for (let position = after; !state.closed;) {
          if (log.position > position) {
            const events = log.events.filter((event) => event.position > position);
            position = log.position;
            yield { events, checkpoint: position, live: true };
          } else {
            log.#news = Promise.withResolvers();
            await log.#news.promise;
          }
        }
      };
      const close = (): void => {
        state.closed = true;
        this.#news.resolve();
      };
      return { close, [Symbol.asyncIterator]: () => follow(this) };
    },
  };
}

class Topic implements EventTopic {
  readonly partitions = 2;
  markers: (number | null)[] = [0, 0];
  readonly published: LogStretch[] = [];
  publishing: Promise<void> = Promise.resolve();
  failures = 0;

  async publish(stretch: LogStretch): Promise<void> {
    await this.publishing;
    if (this.failures > 0) {
      this.failures--;
      throw new Error('the broker is away');
    }
    this.published.push(stretch);
  }

  async readMarkers(): Promise<readonly (number | null)[]> {
    return this.markers;
  }

  get spans(): (readonly [after: number, events: number, checkpoint: number])[] {
    return this.published.map(({ after, events, checkpoint }) => [after, events.length, checkpoint]);
  }
}

const quiet = { info: () => undefined, warn: () => undefined } as never;

describe('the relay', () => {
  const running: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const relay of running.splice(0)) await relay.stop();
  });

  const start = (log: Log, topic: Topic) => {
    const relay = new Relay({ log: log.reader, topic, logger: quiet });
    const ending = new AbortController();
    const run = relay.run(ending.signal);
    const stop = (): Promise<void> => {
      ending.abort();
      return run;
    };
    running.push({ stop });
    return { relay, stop };
  };

  it('says a word at its start, then passes on all there is, each stretch beginning where the last one ended', async () => {
    const log = new Log();
    const topic = new Topic();
    log.write(3);
    const { relay } = start(log, topic);
    await vi.waitFor(() => expect(topic.published).toHaveLength(2));
    log.write();
    await vi.waitFor(() => expect(topic.published).toHaveLength(3));
    expect(topic.spans).toEqual([
      [0, 0, 0],
      [0, 3, 3],
      [3, 1, 4],
    ]);
    expect(relay.status()).toEqual({ state: 'relaying', position: 4 });
  });

  it('gathers what arrives while a stretch is on its way', async () => {
    const log = new Log();
    const topic = new Topic();
    start(log, topic);
    await vi.waitFor(() => expect(topic.published).toHaveLength(1));
    const gate = Promise.withResolvers<void>();
    topic.publishing = gate.promise;
    log.write();
    await vi.waitFor(() => expect(log.subscriptions).toBe(1));
    await new Promise(setImmediate);
    log.write();
    log.write();
    gate.resolve();
    await vi.waitFor(() =>
      expect(topic.spans.slice(1)).toEqual([
        [0, 1, 1],
        [1, 2, 3],
      ]),
    );
  });

  it('tells how far the log is when nothing came that anybody reads, once', async () => {
    const log = new Log();
    const topic = new Topic();
    start(log, topic);
    await vi.waitFor(() => expect(topic.published).toHaveLength(1));
    log.move();
    log.move();
    log.move();
    await vi.waitFor(() => expect(topic.spans.at(-1)).toEqual([0, 0, 3]));
    log.write();
    await vi.waitFor(() => expect(topic.spans.at(-1)).toEqual([3, 1, 4]));
    expect(topic.published).toHaveLength(3);
  });

  it('begins where the partition that is filled least is, and leaves out one that age has emptied', async () => {
    expect(startPosition([7, 5, null, 9])).toBe(5);
    expect(startPosition([7, 0])).toBe(0);
    expect(startPosition([null, null])).toBe(0);
    const log = new Log();
    const topic = new Topic();
    log.write(9);
    topic.markers = [7, 5];
    start(log, topic);
    await vi.waitFor(() => expect(topic.published).toHaveLength(2));
    expect(topic.spans).toEqual([
      [5, 0, 5],
      [5, 4, 9],
    ]);
  });

  it('follows a log that is behind the topic from its end', async () => {
    const log = new Log();
    const topic = new Topic();
    log.write(2);
    topic.markers = [50, 50];
    start(log, topic);
    await vi.waitFor(() => expect(topic.published).toHaveLength(1));
    log.write();
    await vi.waitFor(() => expect(topic.spans.at(-1)).toEqual([2, 1, 3]));
  });

  it('publishes the same stretch again until it is there, and says what is wrong meanwhile', async () => {
    const log = new Log();
    const topic = new Topic();
    const { relay } = start(log, topic);
    await vi.waitFor(() => expect(topic.published).toHaveLength(1));
    topic.failures = 2;
    log.write(2);
    await vi.waitFor(() =>
      expect(relay.status()).toEqual({ state: 'failed', position: 0, error: 'the broker is away' }),
    );
    await vi.waitFor(() => expect(topic.spans.slice(1)).toEqual([[0, 2, 2]]));
    expect(relay.status()).toEqual({ state: 'relaying', position: 2 });
  });

  it('ends at once when it is told to, though a stretch is on its way', async () => {
    const log = new Log();
    const topic = new Topic();
    const { relay, stop } = start(log, topic);
    await vi.waitFor(() => expect(topic.published).toHaveLength(1));
    topic.publishing = new Promise(() => undefined);
    log.write();
    await new Promise(setImmediate);
    await stop();
    expect(relay.status().state).toBe('standby');
    expect(topic.published).toHaveLength(1);
  });
});
