import type { NewEvent, RecordedEvent } from '@parley/events';
import { derivedEventId } from '@parley/platform';
import { EventLogUnavailable, type AppendResult, type EventLogReader } from '@parley/ports';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { anEvent, aStream } from '../../contract/event-log.contract.js';
import { MemoryEventIdIndex } from '../../kit/memory-event-id-index.js';
import { openLog, OwnNode, type OpenLog } from './server.kit.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});
async function aNode(): Promise<OwnNode> {
  const node = await OwnNode.start();
  ends.push(() => node.remove());
  return node;
}
async function aLog(node: OwnNode, options: Parameters<typeof openLog>[1] = {}): Promise<OpenLog> {
  const log = await openLog(node.url, options);
  ends.push(() => log.close());
  return log;
}

interface Acknowledged {
  readonly event: NewEvent;
  readonly stream: string;
  readonly result: Extract<AppendResult, { outcome: 'appended' }>;
}

/** Appends one event after the other and insists on each, as whoever gets EventLogUnavailable may. */
class Lane {
  readonly stream = aStream();
  readonly acknowledged: Acknowledged[] = [];
  unavailable = 0;
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(private readonly log: OpenLog) {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let n = 0; !this.#stopped; n++) {
      const eventId = derivedEventId(this.stream, String(n));
      const event = anEvent({ eventId, data: JSON.stringify({ n }) });
      const expected = n === 0 ? 'none' : n - 1;
      const append = () => this.log.append({ stream: this.stream, expected, events: [event] });
      const result = await insist(append, () => this.unavailable++);
      if (result.outcome !== 'appended') throw new Error(JSON.stringify({ n, result }));
      this.acknowledged.push({ event, stream: this.stream, result });
    }
  }
}

/** Repeats what the log was not there for, as anybody may. */
async function insist<T>(call: () => Promise<T>, onUnavailable = (): unknown => undefined): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof EventLogUnavailable)) throw error;
      onUnavailable();
      await pause(20);
    }
  }
}

/** Follows the log by a subscription that is never begun anew by hand. */
function follow(log: EventLogReader, after: number): { readonly seen: RecordedEvent[]; stop(): Promise<void> } {
  const subscription = log.subscribe({ after, filter: { streamPrefixes: ['conversation-'] } });
  const seen: RecordedEvent[] = [];
  const reading = (async () => {
    for await (const { events } of subscription) seen.push(...events);
  })();
  return {
    seen,
    stop: async () => {
      subscription.close();
      await reading;
    },
  };
}

async function whole(log: EventLogReader, stream: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (;;) {
    const page = await log.readStream(stream, { from: events.length, limit: 4_096 });
    events.push(...page);
    if (page.length < 4_096) return events;
  }
}

describe('a server that breaks', () => {
  it(
    'killed and started again in mid-load: nothing acknowledged is lost, nothing doubled, subscribers see one order',
    { timeout: 300_000 },
    async () => {
      const node = await aNode();
      const log = await aLog(node, { appendTimeoutMs: 20_000 });
      const { lastPosition } = await log.info();
      const followers = [follow(log, lastPosition), follow(log, lastPosition)];
      // More than the client writes at once without waiting: those that wait inside it would end the process.
      const lanes = Array.from({ length: 64 }, () => new Lane(log));
      const count = (): number => lanes.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
      const reached = async (goal: number): Promise<void> => {
        await expect.poll(count, { timeout: 120_000 }).toBeGreaterThan(goal);
      };
      for (let round = 0; round < 3; round++) {
        await reached(count() + 400);
        await node.kill();
        await pause(300);
        await node.startAgain();
      }
      await reached(count() + 400);
      await Promise.all(lanes.map((lane) => lane.stop()));

      const stored = new Map<string, RecordedEvent>();
      for (const { stream, acknowledged } of lanes) {
        const events = await whole(log, stream);
        expect(events.map(({ data }) => data)).toEqual(acknowledged.map(({ event }) => event.data));
        for (const { event, result } of acknowledged) {
          const { revision, position } = result;
          expect(events[revision]).toMatchObject({ eventId: event.eventId, position });
        }
        for (const event of events) stored.set(event.eventId, event);
      }
      const inOrder = [...stored.values()].toSorted((a, b) => a.position - b.position);
      for (const { seen, stop } of followers) {
        await expect.poll(() => seen.length, { timeout: 120_000 }).toBe(inOrder.length);
        expect(seen).toEqual(inOrder);
        await stop();
      }
      expect(lanes.reduce((sum, { unavailable }) => sum + unavailable, 0)).toBeGreaterThan(0);
    },
  );

  it('silent: appends and reads end in time, and go on when it answers again', { timeout: 120_000 }, async () => {
    const node = await aNode();
    const log = await aLog(node, { appendTimeoutMs: 1_500, readTimeoutMs: 1_500 });
    const { lastPosition } = await log.info();
    const { seen, stop } = follow(log, lastPosition);
    const stream = aStream();
    const [first, ...others] = Array.from({ length: 40 }, (_, n) =>
      anEvent({ eventId: derivedEventId(stream, String(n)) }),
    );
    await log.append({ stream, expected: 'none', events: [first!] });
    node.freeze();
    const begun = performance.now();
    const attempts = await Promise.allSettled([
      ...others.map((event) => log.append({ stream: `${stream}-${event.eventId}`, expected: 'none', events: [event] })),
      log.append({ stream, expected: 'any', events: [first!] }),
      log.readStream(`${stream}-x`),
      log.readAll(),
      log.info(),
    ]);
    const took = performance.now() - begun;
    node.thaw();
    const reasons = attempts.flatMap((attempt) => (attempt.status === 'rejected' ? [attempt.reason as unknown] : []));
    expect(reasons.every((reason) => reason instanceof EventLogUnavailable)).toBe(true);
    // The one of a known id is answered without the server.
    expect(reasons).toHaveLength(attempts.length - 1);
    expect(took).toBeLessThan(10_000);

    const answers = await Promise.all(
      others.map((event) =>
        insist(() => log.append({ stream: `${stream}-${event.eventId}`, expected: 'none', events: [event] })),
      ),
    );
    expect(answers.map(({ outcome }) => outcome)).toEqual(others.map(() => 'appended'));
    for (const event of others) {
      expect(await insist(() => log.readStream(`${stream}-${event.eventId}`))).toHaveLength(1);
    }
    await expect.poll(() => seen.length, { timeout: 60_000 }).toBe(40);
    await stop();
  });

  it('away from the start: calls are refused, and taken when it is there', { timeout: 120_000 }, async () => {
    const node = await aNode();
    await node.kill();
    const log = await aLog(node, { index: new MemoryEventIdIndex() });
    const { seen, stop } = follow(log, 0);
    const stream = aStream();
    const request = { stream, expected: 'none' as const, events: [anEvent()] };
    await expect(log.append(request)).rejects.toBeInstanceOf(EventLogUnavailable);
    await expect(log.info()).rejects.toBeInstanceOf(EventLogUnavailable);
    await node.startAgain();
    await expect
      .poll(
        () =>
          log.append(request).then(
            ({ outcome }) => outcome,
            () => 'unavailable',
          ),
        { timeout: 60_000 },
      )
      .toBe('appended');
    await expect.poll(() => seen.length, { timeout: 60_000 }).toBe(1);
    await stop();
  });

  it('alone: appends of the same process to another server do not notice', { timeout: 120_000 }, async () => {
    const [dying, living] = [await aNode(), await aNode()];
    const [one, other] = [
      await aLog(dying, { appendTimeoutMs: 5_000 }),
      await aLog(living, { appendTimeoutMs: 60_000 }),
    ];
    const doomed = Array.from({ length: 30 }, () => new Lane(one));
    const lanes = Array.from({ length: 30 }, () => new Lane(other));
    const count = (): number => lanes.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
    await expect.poll(count, { timeout: 60_000 }).toBeGreaterThan(300);
    await dying.kill();
    const before = count();
    await expect.poll(count, { timeout: 60_000 }).toBeGreaterThan(before + 300);
    await dying.startAgain();
    await Promise.all([...doomed, ...lanes].map((lane) => lane.stop()));
    expect(lanes.map(({ unavailable }) => unavailable)).toEqual(lanes.map(() => 0));
  });
});

describe('a slow consumer', () => {
  it('holds a bounded number of events and gets the rest when it asks', { timeout: 300_000 }, async () => {
    const node = await aNode();
    const log = await aLog(node, { appendTimeoutMs: 60_000, readTimeoutMs: 60_000, index: new MemoryEventIdIndex() });
    const { lastPosition: after } = await log.info();
    const prefix = `conversation-${randomUUID()}`;
    const slow = log.subscribe({ after, maxBatch: 100, filter: { streamPrefixes: [prefix] } });
    const batches = slow[Symbol.asyncIterator]();
    const total = 5_120;
    const text = 'x'.repeat(2_000);
    const write = async (from: number): Promise<void> => {
      const events = Array.from({ length: 256 }, (_, i) => anEvent({ data: JSON.stringify({ n: from + i, text }) }));
      await log.append({ stream: `${prefix}-${from % 3}`, expected: 'any', events });
    };
    await write(0);
    const seen: number[] = [];
    const take = async (): Promise<void> => {
      const { value } = await batches.next();
      if (value === undefined) throw new Error('the subscription ended');
      expect(value.events.length).toBeLessThanOrEqual(100);
      for (const { data } of value.events) seen.push((JSON.parse(data) as { n: number }).n);
    };
    await take();
    for (let n = 256; n < total; n += 256) await write(n);
    // Somebody quick is not held up by somebody slow.
    let quick = 0;
    for await (const { events } of log.subscribe({ after, filter: { streamPrefixes: [prefix] } })) {
      quick += events.length;
      if (quick === total) break;
    }
    while (seen.length < total) await take();
    expect(seen).toEqual(Array.from({ length: total }, (_, n) => n));
    slow.close();
  });
});
