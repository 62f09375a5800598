import type { NewEvent, RecordedEvent } from '@parley/events';
import type {
  AppendResult,
  EventLogReader,
  EventLogWriter,
  EventSubscription,
  ExpectedRevision,
  ReadAllOptions,
} from '@parley/ports';
import * as fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

export interface EventLogUnderTest extends EventLogWriter, EventLogReader {
  close(): Promise<void>;
}

/**
 * What every event log must do. It may hold other events already and other writers may be at work: each test uses
 * streams of its own, and positions are only ever compared, never computed.
 */
export function eventLogContract(name: string, open: () => Promise<EventLogUnderTest>): void {
  describe(`event log: ${name}`, () => {
    let log: EventLogUnderTest;
    beforeAll(async () => {
      log = await open();
    });
    afterAll(async () => {
      await log.close();
    });

    const append = (stream: string, events: readonly NewEvent[], expected: ExpectedRevision = 'any') =>
      log.append({ stream, expected, events });
    const fill = async (stream: string, count: number): Promise<NewEvent[]> => {
      const events = Array.from({ length: count }, (_, i) => anEvent({ data: JSON.stringify({ n: i }) }));
      await append(stream, events);
      return events;
    };

    describe('append', () => {
      it('numbers the events of a stream 0, 1, 2, … and lets positions rise', async () => {
        const stream = aStream();
        const first = appended(await append(stream, [anEvent(), anEvent()], 'none'));
        const second = appended(await append(stream, [anEvent()], 1));
        expect(first).toMatchObject({ revision: 1, repeated: false });
        expect(second).toMatchObject({ revision: 2, repeated: false });
        expect(second.position).toBeGreaterThan(first.position);
        const events = await log.readStream(stream);
        expect(events.map((e) => e.revision)).toEqual([0, 1, 2]);
        expect(events.at(-1)?.position).toBe(second.position);
      });

      it('refuses another revision than expected, says where the stream is, and writes nothing', async () => {
        const stream = aStream();
        expect(await append(stream, [anEvent()], 0)).toEqual({ outcome: 'conflict', actual: 'none' });
        await fill(stream, 3);
        for (const expected of ['none', 1, 3] as const) {
          expect(await append(stream, [anEvent()], expected)).toEqual({ outcome: 'conflict', actual: 2 });
        }
        expect(await log.readStream(stream)).toHaveLength(3);
      });

      it('lets exactly one of many concurrent appends at the same revision win', async () => {
        const stream = aStream();
        await fill(stream, 1);
        const results = await Promise.all(Array.from({ length: 20 }, () => append(stream, [anEvent()], 0)));
        expect(results.filter((r) => r.outcome === 'appended')).toHaveLength(1);
        expect(results.filter((r) => r.outcome === 'conflict')).toHaveLength(19);
        expect(await log.readStream(stream)).toHaveLength(2);
      });

      it('lets a conflict fail alone, not the appends beside it', async () => {
        const [good, bad] = [aStream(), aStream()];
        const results = await Promise.all([
          append(good, [anEvent()], 'none'),
          append(bad, [anEvent()], 7),
          append(good, [anEvent()], 0),
        ]);
        expect(results.map((r) => r.outcome)).toEqual(['appended', 'conflict', 'appended']);
      });

      it('writes up to 512 events at once, all or none', async () => {
        const stream = aStream();
        const events = Array.from({ length: 512 }, () => anEvent());
        expect(await append(stream, events, 4)).toEqual({ outcome: 'conflict', actual: 'none' });
        expect(await log.readStream(stream)).toEqual([]);
        expect(await append(stream, events, 'none')).toMatchObject({ outcome: 'appended', revision: 511 });
        expect((await log.readStream(stream, { limit: 4_096 })).map((e) => e.eventId)).toEqual(
          events.map((e) => e.eventId),
        );
      });

      it('returns everything exactly as given', async () => {
        const stream = aStream();
        const text = 'naïve 日本語 🧵👩‍👩‍👧 \u0000 \\ " \u2028 عربى';
        const event = anEvent({ data: JSON.stringify({ text }), metadata: JSON.stringify({ who: text }) });
        const { position } = appended(await append(stream, [event]));
        expect(await log.readStream(stream)).toEqual([{ ...event, stream, revision: 0, position }]);
        expect(await log.findEvent(event.eventId, stream)).toEqual({ ...event, stream, revision: 0, position });
      });

      it('takes a million bytes at once', async () => {
        const stream = aStream();
        const event = anEvent({ data: JSON.stringify({ text: 'é'.repeat(500_000) }) });
        await append(stream, [event]);
        expect((await log.readStream(stream))[0]?.data).toBe(event.data);
      });

      it.each<[string, Partial<Parameters<EventLogWriter['append']>[0]>]>([
        ['more than 1 MiB', { events: [anEvent({ data: JSON.stringify('é'.repeat(524_288)) })] }],
        ['513 events', { events: Array.from({ length: 513 }, () => anEvent()) }],
        ['no events', { events: [] }],
        ['an id that is no UUID', { events: [anEvent({ eventId: 'x' })] }],
        ['an empty stream name', { stream: '' }],
        ['a negative revision', { expected: -1 }],
      ])('refuses %s with a RangeError and writes nothing', async (_, wrong) => {
        const request = { stream: aStream(), expected: 'any' as const, events: [anEvent()], ...wrong };
        await expect(log.append(request)).rejects.toBeInstanceOf(RangeError);
        expect(await log.readStream(request.stream)).toEqual([]);
      });
    });

    describe('idempotency', () => {
      it.each<ExpectedRevision>(['none', 'any', 0, 9])(
        'answers a repeat with its first place, expecting %s',
        async (expected) => {
          const stream = aStream();
          const events = [anEvent(), anEvent()];
          const first = appended(await append(stream, events, 'none'));
          await fill(stream, 2);
          expect(await append(stream, events, expected)).toEqual({ ...first, repeated: true });
          expect(await log.readStream(stream)).toHaveLength(4);
        },
      );

      it.each<ExpectedRevision>(['none', 'any'])(
        'writes one event for fifty concurrent repeats, expecting %s',
        async (expected) => {
          const stream = aStream();
          const event = anEvent();
          const results = await Promise.all(Array.from({ length: 50 }, () => append(stream, [event], expected)));
          expect(new Set(results.map((r) => appended(r).position)).size).toBe(1);
          expect(results.filter((r) => !appended(r).repeated)).toHaveLength(1);
          expect(await log.readStream(stream)).toHaveLength(1);
        },
      );

      it('refuses an append of which only a part is there already, and says where that is', async () => {
        const stream = aStream();
        const [old] = await fill(stream, 1);
        const { position } = (await log.findEvent(old!.eventId, stream))!;
        const places = [{ eventId: old!.eventId, stream, revision: 0, position }];
        for (const expected of ['any', 0, 5] as const) {
          expect(await append(stream, [old!, anEvent()], expected)).toEqual({ outcome: 'duplicate', places });
        }
        expect(await log.readStream(stream)).toHaveLength(1);
      });

      it('refuses ids that are there in another stream or another order', async () => {
        const stream = aStream();
        const other = aStream();
        const events = await fill(stream, 2);
        expect(await append(other, events)).toMatchObject({ outcome: 'duplicate', places: [{ stream }, { stream }] });
        expect(await append(stream, events.toReversed())).toMatchObject({ outcome: 'duplicate' });
        expect(await log.streamInfo(other)).toBeNull();
        expect(await log.readStream(stream)).toHaveLength(2);
      });
    });

    describe('read a stream', () => {
      it('reads both ways from any revision, up to a limit', async () => {
        const stream = aStream();
        await fill(stream, 10);
        const revisions = async (options?: Parameters<EventLogReader['readStream']>[1]) =>
          (await log.readStream(stream, options)).map((e) => e.revision);
        expect(await revisions()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        expect(await revisions({ from: 7 })).toEqual([7, 8, 9]);
        expect(await revisions({ from: 3, limit: 2 })).toEqual([3, 4]);
        expect(await revisions({ from: 10 })).toEqual([]);
        expect(await revisions({ direction: 'backwards' })).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
        expect(await revisions({ direction: 'backwards', from: 2 })).toEqual([2, 1, 0]);
        expect(await revisions({ direction: 'backwards', from: 99, limit: 2 })).toEqual([9, 8]);
      });

      it('finds nothing where nothing is', async () => {
        expect(await log.readStream(aStream())).toEqual([]);
        expect(await log.streamInfo(aStream())).toBeNull();
        expect(await log.findEvent(randomUUID(), aStream())).toBeNull();
      });

      it('finds an event by its id in the stream where it stands, and in no other', async () => {
        const [stream, other] = [aStream(), aStream()];
        const event = anEvent();
        expect(await log.findEvent(event.eventId, stream)).toBeNull();
        await fill(other, 1);
        await append(stream, [anEvent(), event, anEvent()]);
        expect(await log.findEvent(event.eventId, stream)).toMatchObject({ ...event, stream, revision: 1 });
        expect(await log.findEvent(event.eventId, other)).toBeNull();
        expect(await log.findEvent(event.eventId, aStream())).toBeNull();
      });

      it('refuses a limit out of bounds', async () => {
        await expect(log.readStream(aStream(), { limit: 0 })).rejects.toBeInstanceOf(RangeError);
        await expect(log.readAll({ limit: 4_097 })).rejects.toBeInstanceOf(RangeError);
      });

      it('describes a stream and the log', async () => {
        const stream = aStream();
        const before = await log.info();
        const last = anEvent({ time: 1_234_567_890_123 });
        await fill(stream, 4);
        const { position } = appended(await append(stream, [last]));
        expect(await log.streamInfo(stream)).toEqual({
          events: 5,
          lastRevision: 4,
          lastPosition: position,
          lastTime: last.time,
        });
        const after = await log.info();
        // null: this log does not count.
        expect((after.events ?? 5) - (before.events ?? 0)).toBeGreaterThanOrEqual(5);
        expect(after.lastPosition).toBeGreaterThanOrEqual(position);
      });
    });

    describe('read all', () => {
      it('reads in position order in pages of any size, both ways', async () => {
        const start = (await log.info()).lastPosition;
        const mark = randomUUID();
        const names = [`${mark}-a`, `${mark}-b`];
        for (let i = 0; i < 6; i++) await fill(names[i % 2]!, 2);
        const filter = { streamPrefixes: [mark] };
        const forwards = await readToTheEnd(log, { after: start, limit: 5, filter });
        expect(forwards).toHaveLength(12);
        expect(forwards.map((e) => e.position)).toEqual(forwards.map((e) => e.position).toSorted((a, b) => a - b));
        const backwards = await readToTheEnd(log, { direction: 'backwards', limit: 5, filter });
        expect(backwards).toEqual(forwards.toReversed());
        const middle = forwards[6]!.position;
        expect(await readToTheEnd(log, { after: start, upTo: middle, filter })).toEqual(forwards.slice(0, 7));
        expect(await readToTheEnd(log, { direction: 'backwards', after: middle, filter })).toEqual(
          forwards.slice(0, 6).toReversed(),
        );
      });

      it('lets an event pass that has one of the prefixes and one of the types', async () => {
        const start = (await log.info()).lastPosition;
        const mark = randomUUID();
        await append(`${mark}a-1`, [anEvent({ type: 'One.v1' }), anEvent({ type: 'Two.v1' })]);
        await append(`${mark}b-1`, [anEvent({ type: 'One.v1' }), anEvent({ type: 'Three.v1' })]);
        await append(`${mark}c-1`, [anEvent({ type: 'One.v1' })]);
        const seen = async (filter: ReadAllOptions['filter'] & object) =>
          (await readToTheEnd(log, { after: start, filter })).map((e) => `${e.stream.slice(mark.length)} ${e.type}`);
        expect(await seen({ streamPrefixes: [`${mark}a`, `${mark}b`], types: ['One.v1', 'Three.v1'] })).toEqual([
          'a-1 One.v1',
          'b-1 One.v1',
          'b-1 Three.v1',
        ]);
        expect(await seen({ streamPrefixes: [`${mark}c-`] })).toEqual(['c-1 One.v1']);
        expect(await seen({ types: [] })).toEqual([]);
        expect(await seen({ streamPrefixes: [] })).toEqual([]);
        expect(await seen({ types: ['NeverWritten.v1'] })).toEqual([]);
      });

      it('reads a single event by its position', async () => {
        const stream = aStream();
        const [, second] = await fill(stream, 3);
        const { position } = (await log.findEvent(second!.eventId, stream))!;
        const page = await log.readAll({ from: position, upTo: position, limit: 1 });
        expect(page.events.map((e) => e.eventId)).toEqual([second!.eventId]);
      });

      it('is at the end after the end', async () => {
        const { lastPosition } = await log.info();
        const page = await log.readAll({ after: lastPosition });
        expect(page).toEqual({ events: [], considered: lastPosition, atEnd: true });
      });
    });

    describe('subscribe', () => {
      it('goes from past to live without gap or repeat, whatever the interleaving', async () => {
        const steps = fc.array(
          fc.record({ stream: fc.nat(3), count: fc.integer({ min: 1, max: 40 }), wait: fc.boolean() }),
          { minLength: 1, maxLength: 25 },
        );
        await fc.assert(
          fc.asyncProperty(steps, fc.nat(20), fc.integer({ min: 1, max: 64 }), async (plan, subscribeAt, maxBatch) => {
            const mark = randomUUID();
            const { lastPosition: after } = await log.info();
            const all = plan.map((step) => Array.from({ length: step.count }, () => anEvent()));
            const ids = new Set(all.flat().map((e) => e.eventId));
            let reading: Promise<RecordedEvent[]> | undefined;
            const writing: Promise<unknown>[] = [];
            for (const [i, step] of plan.entries()) {
              if (i === Math.min(subscribeAt, plan.length - 1)) {
                reading = until(log.subscribe({ after, maxBatch, filter: { streamPrefixes: [mark] } }), ids);
              }
              writing.push(append(`${mark}-${step.stream}`, all[i]!));
              if (step.wait) await Promise.all(writing.splice(0));
            }
            await Promise.all(writing);
            const seen = await reading!;
            expect(seen).toHaveLength(ids.size);
            const positions = seen.map((e) => e.position);
            expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => a - b));
          }),
          { numRuns: 25, ...(process.env['FC_SEED'] === undefined ? {} : { seed: Number(process.env['FC_SEED']) }) },
        );
      });

      it('continues after a checkpoint where it left off', async () => {
        const mark = randomUUID();
        const { lastPosition } = await log.info();
        const events = [...(await fill(`${mark}-1`, 30)), ...(await fill(`${mark}-2`, 30))];
        const seen: string[] = [];
        let after = lastPosition;
        while (seen.length < events.length) {
          for await (const batch of log.subscribe({ after, maxBatch: 7, filter: { streamPrefixes: [mark] } })) {
            expect(batch.events.length).toBeLessThanOrEqual(7);
            seen.push(...batch.events.map((e) => e.eventId));
            after = batch.checkpoint;
            break;
          }
        }
        expect(seen).toEqual(events.map((e) => e.eventId));
      });

      it('serves each subscriber at its own speed', async () => {
        const mark = randomUUID();
        const { lastPosition: after } = await log.info();
        const filter = { streamPrefixes: [mark] };
        const slow = log.subscribe({ after, filter, maxBatch: 10 })[Symbol.asyncIterator]();
        const first = await fill(`${mark}-1`, 10);
        await slow.next();
        const later = await fill(`${mark}-2`, 500);
        const ids = new Set([...first, ...later].map((e) => e.eventId));
        expect(await until(log.subscribe({ after, filter }), ids)).toHaveLength(510);
        const seen: RecordedEvent[] = [];
        while (seen.length < 500) {
          const { value } = await slow.next();
          if (value === undefined) break;
          expect(value.events.length).toBeLessThanOrEqual(10);
          seen.push(...value.events);
        }
        expect(seen.map((e) => e.eventId)).toEqual(later.map((e) => e.eventId));
        await slow.return?.();
      });

      it('moves the checkpoint past what the filter drops', async () => {
        const { lastPosition: after } = await log.info();
        const subscription = log.subscribe({ after, filter: { types: [`Never${randomUUID()}.v1`] } });
        await fill(aStream(), 50);
        const target = (await log.info()).lastPosition;
        for await (const batch of subscription) {
          expect(batch.events).toEqual([]);
          if (batch.checkpoint >= target) break;
        }
      });

      it('says live only when it has caught up', async () => {
        const { lastPosition: after } = await log.info();
        const mark = randomUUID();
        await fill(`${mark}-1`, 20);
        const events = await fill(`${mark}-1`, 20);
        let seen = false;
        for await (const batch of log.subscribe({ after, maxBatch: 6 })) {
          seen ||= batch.events.some((e) => e.eventId === events.at(-1)!.eventId);
          if (batch.live) break;
        }
        expect(seen).toBe(true);
      });

      it('ends when closed, also while it waits, and can be closed twice', async () => {
        const { lastPosition: after } = await log.info();
        const subscription = log.subscribe({ after, filter: { streamPrefixes: [randomUUID()] } });
        const ended = (async () => {
          for await (const batch of subscription) expect(batch.events).toEqual([]);
        })();
        await log.info();
        subscription.close();
        subscription.close();
        await ended;
      });
    });
  });
}

async function readToTheEnd(log: EventLogReader, options: ReadAllOptions): Promise<RecordedEvent[]> {
  const found: RecordedEvent[] = [];
  for (let after = options.after; ;) {
    const page = await log.readAll(after === undefined ? options : { ...options, after });
    found.push(...page.events);
    if (page.atEnd) return found;
    after = page.considered;
  }
}

/** Takes events until the last of these ids was seen. */
async function until(subscription: EventSubscription, ids: ReadonlySet<string>): Promise<RecordedEvent[]> {
  const missing = new Set(ids);
  const seen: RecordedEvent[] = [];
  for await (const batch of subscription) {
    for (const event of batch.events) {
      if (!ids.has(event.eventId)) continue;
      seen.push(event);
      missing.delete(event.eventId);
    }
    if (missing.size === 0) break;
  }
  return seen;
}

export const aStream = (): string => `conversation-${randomUUID()}`;

export const anEvent = (parts: Partial<NewEvent> = {}): NewEvent => ({
  eventId: randomUUID(),
  type: 'Happened.v1',
  data: '{"n":1}',
  metadata: '{"actorId":"system"}',
  time: 1_700_000_000_000,
  ...parts,
});

function appended(result: AppendResult): AppendResult & { outcome: 'appended' } {
  if (result.outcome !== 'appended') throw new Error(`expected appended, got ${JSON.stringify(result)}`);
  return result;
}
