import type { NewEvent, RecordedEvent } from '@parley/events';
import type { EventStoreLog } from '@parley/eventstore';
import { derivedEventId } from '@parley/platform';
import type { AppendResult, ExpectedRevision } from '@parley/ports';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anEvent, aStream } from '../../contract/event-log.contract.js';
import { openLog, startServer, type OpenLog, type Server } from './server.kit.js';

/** As messages have them: a function of a stream and of what was said there. */
const said = (stream: string, what: string): NewEvent => anEvent({ eventId: derivedEventId(stream, what) });

const all = (log: EventStoreLog, stream: string): Promise<readonly RecordedEvent[]> =>
  log.readStream(stream, { limit: 4_096 });

describe('each event once, for ever', () => {
  let server: Server;
  const opened: EventStoreLog[] = [];
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    for (const log of opened) await log.close();
    await server.stop();
  });
  const open = async (options: Parameters<typeof openLog>[1] = {}): Promise<OpenLog> => {
    const log = await openLog(server.url, options);
    opened.push(log);
    return log;
  };

  it('holds for two writers that say the same things at the same time, with an index that knows nothing yet', async () => {
    const seed = Number(process.env['FC_SEED'] ?? Date.now() % 100_000);
    console.log(`two writers, seed ${seed}`);
    let state = seed;
    const next = (below: number): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
    const one = await open();
    one.index.hold();
    const other = await open({ index: one.index });
    const streams = [aStream(), aStream(), aStream()];
    const heads = new Map<string, ExpectedRevision>();
    const answers: { eventIds: string[]; stream: string; result: AppendResult }[] = [];
    const lane = async (log: EventStoreLog, name: string): Promise<void> => {
      for (let n = 0; n < 60; n++) {
        const stream = streams[next(3)]!;
        const events = [...new Set([n + next(4), n + next(4)])].map((word) => said(stream, String(word)));
        const key = `${name} ${stream}`;
        const expected = next(3) === 0 ? 'any' : (heads.get(key) ?? 'none');
        const result = await log.append({ stream, expected, events });
        if (result.outcome === 'conflict') heads.set(key, result.actual);
        if (result.outcome === 'appended' && !result.repeated) heads.set(key, result.revision);
        answers.push({ eventIds: events.map(({ eventId }) => eventId), stream, result });
      }
    };
    await Promise.all([lane(one, 'a'), lane(one, 'b'), lane(other, 'c'), lane(other, 'd')]);

    const stored = (await Promise.all(streams.map((stream) => all(one, stream)))).flat();
    const where = new Map(stored.map((event) => [event.eventId, event]));
    expect(where.size).toBe(stored.length);
    const written = answers.filter(({ result }) => result.outcome === 'appended' && !result.repeated);
    expect(written.flatMap(({ eventIds }) => eventIds).toSorted()).toEqual([...where.keys()].toSorted());
    for (const { eventIds, stream, result } of answers) {
      if (result.outcome === 'conflict') continue;
      const places = result.outcome === 'duplicate' ? result.places : [];
      for (const place of places) expect(where.get(place.eventId)).toMatchObject(place);
      const { revision, position } = result.outcome === 'appended' ? result : where.get(places.at(-1)!.eventId)!;
      const last = result.outcome === 'appended' ? eventIds.at(-1)! : places.at(-1)!.eventId;
      expect(where.get(last)).toMatchObject({ stream, revision, position });
    }
    one.index.release();
  });

  it('knows the content of the first of two writers, not its own', async () => {
    const [one, other] = [await open(), await open()];
    const stream = aStream();
    const eventId = derivedEventId(stream, 'contested');
    for (let round = 0; round < 20; round++) {
      const at = { stream: `${stream}-${round}`, expected: 'none' as const };
      const id = derivedEventId(eventId, String(round));
      const results = await Promise.all(
        [one, other].map((log, n) => log.append({ ...at, events: [anEvent({ eventId: id, data: `{"n":${n}}` })] })),
      );
      const [stored] = await all(one, at.stream);
      const winner = results.findIndex((result) => result.outcome === 'appended' && !result.repeated);
      expect(results.filter((result) => result.outcome === 'appended' && result.repeated)).toHaveLength(1);
      expect(stored?.data).toBe(`{"n":${winner}}`);
    }
  });

  it('holds for a process that starts anew, whatever the index has', async () => {
    const first = await open();
    const stream = aStream();
    for (let n = 0; n < 300; n += 50) {
      const events = Array.from({ length: 50 }, (_, i) => said(stream, String(n + i)));
      await first.append({ stream, expected: n === 0 ? 'none' : n - 1, events });
    }
    const places = await all(first, stream);
    const indices = { full: first.index, empty: (await open()).index };
    await expect.poll(() => first.index.indexedRevision(stream)).toBe(299);
    for (const index of Object.values(indices)) {
      for (const n of [0, 150, 299]) {
        const { revision, position } = places[n]!;
        const answer = { outcome: 'appended', revision, position, repeated: true };
        for (const expected of ['none', 'any', 299, 7] as const) {
          const log = await open({ index });
          expect(await log.append({ stream, expected, events: [said(stream, String(n))] })).toEqual(answer);
        }
      }
    }
    indices.empty.isAway = true;
    const withoutIndex = await open({ index: indices.empty });
    expect(await withoutIndex.append({ stream, expected: 299, events: [said(stream, '7')] })).toMatchObject({
      revision: 7,
      repeated: true,
    });
    expect(await withoutIndex.append({ stream, expected: 299, events: [said(stream, 'new')] })).toMatchObject({
      revision: 300,
      repeated: false,
    });
  });

  it('finds events by id: at hand, in the index, or above it', async () => {
    const writer = await open();
    const stream = aStream();
    const events = Array.from({ length: 30 }, (_, n) => said(stream, String(n)));
    await writer.append({ stream, expected: 'none', events: events.slice(0, 10) });
    await expect.poll(() => writer.index.indexedRevision(stream)).toBe(9);
    writer.index.hold();
    await writer.append({ stream, expected: 9, events: events.slice(10) });
    const reader = await open({ index: writer.index });
    for (const log of [writer, reader]) {
      for (const n of [0, 9, 10, 29]) {
        expect(await log.findEvent(events[n]!.eventId, stream)).toMatchObject({ ...events[n]!, stream, revision: n });
      }
      expect(await log.findEvent(randomUUID(), stream)).toBeNull();
    }
    writer.index.isAway = true;
    const alone = await open({ index: writer.index });
    for (const n of [0, 9, 10, 29]) {
      expect(await alone.findEvent(events[n]!.eventId, stream)).toMatchObject({ ...events[n]!, stream, revision: n });
    }
    expect(await alone.findEvent(randomUUID(), stream)).toBeNull();
    writer.index.release();
  });
});
