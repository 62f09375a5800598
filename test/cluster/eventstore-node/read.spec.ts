import {
  BACKWARDS,
  binaryEvent,
  END,
  eventTypeFilter,
  excludeSystemEvents,
  FORWARDS,
  START,
  StreamNotFoundError,
  streamNameFilter,
} from '@eventstore/db-client';
import type { AllStreamResolvedEvent, EventStoreDBClient, Filter, Position } from '@eventstore/db-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { aNode, aStream, collect, failure, idsOf, manyNumbered, numbered, numberOf } from './kit.js';

let client: EventStoreDBClient;

beforeAll(async () => {
  ({ client } = await aNode());
});

describe('reading a stream', () => {
  let stream: string;
  const events = manyNumbered(100);

  beforeAll(async () => {
    stream = aStream();
    await client.appendToStream(stream, events.slice(0, 60));
    await client.appendToStream(aStream('other'), manyNumbered(5));
    await client.appendToStream(stream, events.slice(60));
  });

  const read = async (options: Parameters<EventStoreDBClient['readStream']>[1]): Promise<number[]> =>
    (await collect(client.readStream(stream, options))).map(numberOf);

  it('goes through more pages than one, in both directions', async () => {
    const all = events.map((_, n) => n);
    expect(await read({})).toEqual(all);
    expect(await read({ direction: BACKWARDS, fromRevision: END })).toEqual(all.toReversed());
  });

  it('begins with the revision it is given', async () => {
    expect(await read({ fromRevision: 97n })).toEqual([97, 98, 99]);
    expect(await read({ fromRevision: 3n, direction: BACKWARDS })).toEqual([3, 2, 1, 0]);
    expect(await read({ fromRevision: START, direction: BACKWARDS })).toEqual([0]);
  });

  it('ends with the count it is given', async () => {
    expect(await read({ maxCount: 1 })).toEqual([0]);
    expect(await read({ maxCount: 33 })).toHaveLength(33);
    expect(await read({ maxCount: 40, fromRevision: 50n })).toEqual(events.map((_, n) => n).slice(50, 90));
    expect(await read({ maxCount: 2, direction: BACKWARDS, fromRevision: END })).toEqual([99, 98]);
  });

  it('reads nothing behind the end, and everything backwards from behind it', async () => {
    expect(await read({ fromRevision: 100n })).toEqual([]);
    expect(await read({ fromRevision: 5_000n })).toEqual([]);
    const backwards = { direction: BACKWARDS } as const;
    expect(await read({ ...backwards, fromRevision: 100_000n })).toEqual(events.map((_, n) => n).toReversed());
    expect(await read({ ...backwards, fromRevision: 101n, maxCount: 4 })).toEqual([99, 98, 97, 96]);
  });

  it('says that there is no such stream', async () => {
    const name = aStream('nothing');
    for (const direction of [FORWARDS, BACKWARDS] as const) {
      const fromRevision = direction === FORWARDS ? START : END;
      const error = await failure(collect(client.readStream(name, { direction, fromRevision })));
      expect(error).toBeInstanceOf(StreamNotFoundError);
      expect(error).toMatchObject({ streamName: name });
    }
  });
});

// The client sends filters of reads only for subscriptions, so these go through one that is cut off at the end.
const filtered = async (filter: Filter): Promise<AllStreamResolvedEvent[]> => {
  const subscription = client.subscribeToAll({ filter });
  const events: AllStreamResolvedEvent[] = [];
  await new Promise<void>((resolve, reject) => {
    subscription
      .on('data', (event) => events.push(event))
      .on('caughtUp', resolve)
      .on('error', reject);
  });
  await subscription.unsubscribe();
  return events;
};

describe('reading $all', () => {
  const first = aStream('first');
  const second = aStream('second');
  let all: AllStreamResolvedEvent[];

  beforeAll(async () => {
    for (let n = 0; n < 40; n += 1) {
      await client.appendToStream(n % 2 === 0 ? first : second, [
        numbered(n, `t${String(n % 3)}`),
        numbered(n, 'twin'),
      ]);
    }
    all = await collect(client.readAll());
  });

  const mine = (events: readonly AllStreamResolvedEvent[]): AllStreamResolvedEvent[] =>
    events.filter(({ event }) => event?.streamId === first || event?.streamId === second);

  it('has every event, those of the system too, in the order of the log', async () => {
    expect(mine(all).map(numberOf)).toEqual(Array.from({ length: 80 }, (_, index) => Math.floor(index / 2)));
    expect(all.some(({ event }) => event?.streamId.startsWith('$'))).toBe(true);
    expect(all.some(({ event }) => event?.streamId === '$epoch-information')).toBe(false);
    const backwards = await collect(client.readAll({ direction: BACKWARDS, fromPosition: END }));
    expect(idsOf(backwards)).toEqual(idsOf(all).toReversed());
  });

  it('gives each event a position of its own, rising, with gaps', () => {
    const positions = all.map(({ event }) => event?.position);
    for (const position of positions) expect(position?.commit).toBe(position?.prepare);
    const commits = positions.map((position) => position?.commit ?? 0n);
    const steps = commits.slice(1).map((commit, index) => commit - (commits[index] ?? 0n));
    expect(steps.every((step) => step > 1n)).toBe(true);
  });

  it('begins forwards with the event at the position, and backwards with the one before it', async () => {
    const middle = mine(all)[40];
    const position = middle?.event?.position as Position;
    const index = all.findIndex(({ event }) => event?.id === middle?.event?.id);
    const forwards = await collect(client.readAll({ fromPosition: position }));
    const backwards = await collect(client.readAll({ fromPosition: position, direction: BACKWARDS }));
    expect(idsOf(forwards)).toEqual(idsOf(all.slice(index)));
    expect(idsOf(backwards)).toEqual(idsOf(all.slice(0, index).toReversed()));
  });

  it('ends with the count it is given', async () => {
    expect(idsOf(await collect(client.readAll({ maxCount: 33 })))).toEqual(idsOf(all.slice(0, 33)));
    const last = await collect(client.readAll({ maxCount: 2, direction: BACKWARDS, fromPosition: END }));
    expect(idsOf(last)).toEqual(idsOf(all.slice(-2).toReversed()));
  });

  it('has nothing behind the end', async () => {
    const end = 10n ** 12n;
    expect(await collect(client.readAll({ fromPosition: { commit: end, prepare: end } }))).toEqual([]);
    expect(await collect(client.readAll({ fromPosition: END }))).toEqual([]);
    expect(await collect(client.readAll({ fromPosition: START, direction: BACKWARDS }))).toEqual([]);
  });

  it('fails at a position that was computed', async () => {
    const commit = mine(all)[10]?.event?.position.commit ?? 0n;
    const error = await failure(
      collect(client.readAll({ fromPosition: { commit: commit + 1n, prepare: commit + 1n } })),
    );
    expect(error.message).toContain('ReadAllResult');
  });

  it.each([
    ['prefixes of streams', streamNameFilter({ prefixes: [first, 'nobody'] }), (stream: string) => stream === first],
    ['a pattern of streams', streamNameFilter({ regex: 'second-\\d+$' }), (stream: string) => stream === second],
    [
      'prefixes of types',
      eventTypeFilter({ prefixes: ['t1', 't2'] }),
      (_: string, type: string) => /^t[12]$/.test(type),
    ],
    ['a pattern of types', eventTypeFilter({ regex: '^t[02]$' }), (_: string, type: string) => /^t[02]$/.test(type)],
    ['leaving out the system', excludeSystemEvents(), (_: string, type: string) => !type.startsWith('$')],
  ])('filters by %s', async (_, filter, wanted) => {
    const expected = all.filter(({ event }) => wanted(event?.streamId ?? '', event?.type ?? ''));
    expect(idsOf(await filtered(filter))).toEqual(idsOf(expected));
    expect(expected.length).toBeGreaterThan(0);
  });
});

describe('links', () => {
  it('are followed on request, in streams and in $all', async () => {
    const [target, links] = [aStream('target'), aStream('links')];
    const events = manyNumbered(4);
    await client.appendToStream(target, events);
    const link = binaryEvent({ type: '$>', data: Buffer.from(`2@${target}`) });
    await client.appendToStream(links, link);
    const [plain] = await collect(client.readStream(links));
    const [followed] = await collect(client.readStream(links, { resolveLinkTos: true }));
    const [original] = await collect(client.readStream(target, { fromRevision: 2n, maxCount: 1 }));
    expect(plain).toMatchObject({ event: { id: link.id, type: '$>' } });
    expect(followed?.event).toEqual(original?.event);
    expect(followed?.link).toMatchObject({ id: link.id, streamId: links, revision: 0n });
    const everything = await collect(client.readAll({ resolveLinkTos: true }));
    const inAll = everything.find((resolved) => resolved.link?.id === link.id);
    expect(inAll?.event?.id).toBe(events[2]?.id);
    expect(inAll?.commitPosition).toBe(plain?.event?.position?.commit);
  });

  it('that lead nowhere come without an event', async () => {
    const links = aStream('links');
    const gone = aStream('gone');
    await client.appendToStream(gone, numbered(0));
    await client.tombstoneStream(gone);
    await client.appendToStream(links, [
      binaryEvent({ type: '$>', data: Buffer.from('7@no-such-stream') }),
      binaryEvent({ type: '$>', data: Buffer.from(`0@${gone}`) }),
      binaryEvent({ type: '$>', data: Buffer.from('no link at all') }),
    ]);
    const [missing, deleted, malformed] = await collect(client.readStream(links, { resolveLinkTos: true }));
    expect(missing?.event).toBeUndefined();
    expect(missing?.link).toMatchObject({ revision: 0n });
    expect(deleted?.event).toBeUndefined();
    expect(malformed?.event).toMatchObject({ revision: 2n, type: '$>' });
    expect(malformed?.link).toBeUndefined();
  });
});
