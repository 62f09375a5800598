import {
  END,
  eventTypeFilter,
  excludeSystemEvents,
  jsonEvent,
  START,
  StreamDeletedError,
  streamNameFilter,
  TimeoutError,
} from '@eventstore/db-client';
import type {
  AllStreamResolvedEvent,
  AllStreamSubscription,
  EventStoreDBClient,
  Position,
  ResolvedEvent,
  StreamSubscription,
} from '@eventstore/db-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { aNode, aStream, collect, idsOf, manyNumbered, numbered, numberOf, until } from './kit.js';

let client: EventStoreDBClient;

beforeAll(async () => {
  ({ client } = await aNode());
});

/** What came over a subscription, in order. */
class Seen {
  readonly events: (ResolvedEvent | AllStreamResolvedEvent)[] = [];
  readonly order: string[] = [];
  error: Error | null = null;
  numbersBeforeError: readonly number[] = [];

  constructor(subscription: AllStreamSubscription | StreamSubscription) {
    subscription
      .on('data', (event: ResolvedEvent | AllStreamResolvedEvent) => {
        this.events.push(event);
        this.order.push('event');
      })
      .on('confirmation', () => this.order.push('confirmation'))
      .on('caughtUp', () => this.order.push('caughtUp'))
      .on('error', (error: Error) => {
        this.error = error;
        this.numbersBeforeError = this.numbers;
      });
  }

  get numbers(): number[] {
    return this.events.map(numberOf);
  }

  caughtUp(): Promise<void> {
    return until(() => this.order.includes('caughtUp'), 'the subscription has caught up');
  }

  has(count: number): Promise<void> {
    return until(() => this.events.length >= count, `${String(count)} events have come`);
  }
}

describe('a subscription to a stream', () => {
  it('goes from the start to live, and tells when', async () => {
    const stream = aStream();
    await client.appendToStream(stream, manyNumbered(70));
    const subscription = client.subscribeToStream(stream);
    const seen = new Seen(subscription);
    await seen.caughtUp();
    await client.appendToStream(stream, [numbered(70), numbered(71)]);
    await seen.has(72);
    await subscription.unsubscribe();
    expect(seen.numbers).toEqual(Array.from({ length: 72 }, (_, n) => n));
    expect(seen.order[0]).toBe('confirmation');
    expect(seen.order.indexOf('caughtUp')).toBe(71);
    expect(seen.order.filter((what) => what === 'caughtUp')).toHaveLength(1);
    expect(seen.error).toBeNull();
  });

  it('begins behind the revision it is given', async () => {
    const stream = aStream();
    await client.appendToStream(stream, manyNumbered(5));
    const subscription = client.subscribeToStream(stream, { fromRevision: 2n });
    const seen = new Seen(subscription);
    await seen.caughtUp();
    await client.appendToStream(stream, numbered(5));
    await seen.has(3);
    await subscription.unsubscribe();
    expect(seen.numbers).toEqual([3, 4, 5]);
  });

  it('leaves out what comes before a revision that is not there yet', async () => {
    const stream = aStream();
    await client.appendToStream(stream, manyNumbered(2));
    const subscription = client.subscribeToStream(stream, { fromRevision: 3n });
    const seen = new Seen(subscription);
    await seen.caughtUp();
    await client.appendToStream(stream, [numbered(2), numbered(3), numbered(4)]);
    await seen.has(1);
    await subscription.unsubscribe();
    expect(seen.numbers).toEqual([4]);
  });

  it('begins with what is new at the end', async () => {
    const stream = aStream();
    await client.appendToStream(stream, manyNumbered(5));
    const subscription = client.subscribeToStream(stream, { fromRevision: END });
    const seen = new Seen(subscription);
    await seen.caughtUp();
    await client.appendToStream(stream, numbered(5));
    await seen.has(1);
    await subscription.unsubscribe();
    expect(seen.numbers).toEqual([5]);
  });

  it('waits for a stream that is not there yet', async () => {
    const stream = aStream();
    const [fromStart, fromEnd] = [
      client.subscribeToStream(stream),
      client.subscribeToStream(stream, { fromRevision: END }),
    ];
    const [one, other] = [new Seen(fromStart), new Seen(fromEnd)];
    await until(() => one.order.includes('confirmation') && other.order.includes('caughtUp'), 'both are confirmed');
    expect(one.order).not.toContain('caughtUp');
    await client.appendToStream(stream, manyNumbered(2));
    await Promise.all([one.has(2), other.has(2), one.caughtUp()]);
    await Promise.all([fromStart.unsubscribe(), fromEnd.unsubscribe()]);
    expect(one.numbers).toEqual([0, 1]);
    expect(other.numbers).toEqual([0, 1]);
  });

  it('ends with the tombstone and an error', async () => {
    const stream = aStream();
    await client.appendToStream(stream, numbered(0));
    const seen = new Seen(client.subscribeToStream(stream));
    await seen.caughtUp();
    await client.tombstoneStream(stream);
    await until(() => seen.error !== null, 'the subscription has failed');
    expect(seen.error).toBeInstanceOf(StreamDeletedError);
    expect(seen.events.at(-1)?.event).toMatchObject({ type: '$streamDeleted', revision: 2n ** 63n - 1n });
  });

  it('to a tombstoned stream fails', async () => {
    const stream = aStream();
    await client.tombstoneStream(stream);
    const seen = new Seen(client.subscribeToStream(stream));
    await until(() => seen.error !== null, 'the subscription has failed');
    expect(seen.error).toBeInstanceOf(StreamDeletedError);
    expect(seen.events).toEqual([]);
  });

  it('goes on over a deletion and a new beginning', async () => {
    const stream = aStream();
    await client.appendToStream(stream, manyNumbered(2));
    const subscription = client.subscribeToStream(stream);
    const seen = new Seen(subscription);
    await seen.caughtUp();
    await client.deleteStream(stream);
    await client.appendToStream(stream, numbered(2));
    await seen.has(3);
    await subscription.unsubscribe();
    expect(seen.numbers).toEqual([0, 1, 2]);
  });

  it('honours what metadata hide of the past', async () => {
    const stream = aStream();
    await client.appendToStream(stream, manyNumbered(50));
    await client.setStreamMetadata(stream, { maxCount: 2 });
    const subscription = client.subscribeToStream(stream);
    const seen = new Seen(subscription);
    await seen.caughtUp();
    await client.appendToStream(stream, manyNumbered(3));
    await seen.has(5);
    await subscription.unsubscribe();
    expect(seen.numbers).toEqual([48, 49, 0, 1, 2]);
  });

  it('can be iterated and left', async () => {
    const stream = aStream();
    await client.appendToStream(stream, manyNumbered(9));
    const numbers: number[] = [];
    for await (const event of client.subscribeToStream(stream)) {
      numbers.push(numberOf(event));
      if (numbers.length === 9) break;
    }
    expect(numbers).toHaveLength(9);
  });
});

describe('a subscription to $all', () => {
  it('has everything from the start, then what is new', async () => {
    const before = await collect(client.readAll());
    const subscription = client.subscribeToAll();
    const seen = new Seen(subscription);
    await seen.caughtUp();
    const stream = aStream();
    await client.appendToStream(stream, manyNumbered(3));
    await seen.has(before.length + 3);
    await subscription.unsubscribe();
    expect(idsOf(seen.events.slice(0, before.length))).toEqual(idsOf(before));
    expect(seen.events.slice(before.length).map((event) => event.event?.streamId)).toEqual([stream, stream, stream]);
    expect(seen.order.filter((what) => what === 'caughtUp')).toHaveLength(1);
  });

  it('begins behind the position it is given', async () => {
    const stream = aStream();
    const marker = await client.appendToStream(aStream(), numbered(0));
    const events = manyNumbered(4);
    await client.appendToStream(stream, events.slice(0, 3));
    const subscription = client.subscribeToAll({ fromPosition: marker.position as Position });
    const seen = new Seen(subscription);
    await seen.caughtUp();
    await client.appendToStream(stream, events.slice(3));
    await seen.has(4);
    await subscription.unsubscribe();
    expect(idsOf(seen.events)).toEqual(idsOf(events));
  });

  it('begins with what is new at the end', async () => {
    const subscription = client.subscribeToAll({ fromPosition: END });
    const seen = new Seen(subscription);
    await seen.caughtUp();
    const events = manyNumbered(2);
    await client.appendToStream(aStream(), events);
    await seen.has(2);
    await subscription.unsubscribe();
    expect(idsOf(seen.events)).toEqual(idsOf(events));
  });

  it('filters what is live as it filters the past', async () => {
    const prefix = aStream('filtered');
    await client.appendToStream(`${prefix}-a`, manyNumbered(3));
    await client.appendToStream(aStream('other'), manyNumbered(3));
    const byName = client.subscribeToAll({ filter: streamNameFilter({ prefixes: [prefix] }) });
    const byType = client.subscribeToAll({
      fromPosition: START,
      filter: eventTypeFilter({ regex: `^only-${prefix}$` }),
    });
    const [named, typed] = [new Seen(byName), new Seen(byType)];
    await Promise.all([named.caughtUp(), typed.caughtUp()]);
    await client.appendToStream(aStream('other'), manyNumbered(2));
    await client.appendToStream(`${prefix}-b`, [numbered(3), numbered(4, `only-${prefix}`)]);
    await Promise.all([named.has(5), typed.has(1)]);
    await Promise.all([byName.unsubscribe(), byType.unsubscribe()]);
    expect(named.numbers).toEqual([0, 1, 2, 3, 4]);
    expect(typed.numbers).toEqual([4]);
  });

  it('resolves links', async () => {
    const [target, links] = [aStream(), aStream()];
    await client.appendToStream(target, numbered(7));
    const subscription = client.subscribeToAll({
      fromPosition: END,
      resolveLinkTos: true,
      filter: streamNameFilter({ prefixes: [links] }),
    });
    const seen = new Seen(subscription);
    await seen.caughtUp();
    const { binaryEvent } = await import('@eventstore/db-client');
    await client.appendToStream(links, binaryEvent({ type: '$>', data: Buffer.from(`0@${target}`) }));
    await seen.has(1);
    await subscription.unsubscribe();
    expect(seen.numbers).toEqual([7]);
    expect(seen.events[0]?.link?.streamId).toBe(links);
  });
});

const checkpointing = (
  fromPosition: Position,
  options: { checkpointInterval: number; maxSearchWindow?: number; prefix: string },
): { subscription: AllStreamSubscription; seen: Seen; checkpoints: Position[] } => {
  const checkpoints: Position[] = [];
  const subscription = client.subscribeToAll({
    fromPosition,
    filter: streamNameFilter({
      prefixes: [options.prefix],
      checkpointInterval: options.checkpointInterval,
      ...(options.maxSearchWindow !== undefined && { maxSearchWindow: options.maxSearchWindow }),
      checkpointReached: async (_, position) => void checkpoints.push(position),
    }),
  });
  return { subscription, seen: new Seen(subscription), checkpoints };
};

const large = (n: number): ReturnType<typeof jsonEvent> =>
  jsonEvent({ type: 'large', data: { n, filler: 'x'.repeat(10_000) } });

describe('checkpoints', () => {
  it('count the events that were considered, not those that passed', async () => {
    const marker = await client.appendToStream(aStream(), numbered(0));
    const { subscription, seen, checkpoints } = checkpointing(marker.position as Position, {
      checkpointInterval: 2,
      prefix: aStream('nobody'),
    });
    await seen.caughtUp();
    const positions: (Position | undefined)[] = [];
    for (let n = 0; n < 128; n += 1) positions.push((await client.appendToStream('noise', numbered(n))).position);
    await until(() => checkpoints.length === 2, 'two checkpoints have come');
    await subscription.unsubscribe();
    // Twice 32 events each: the window that is searched at a time by default.
    expect(checkpoints).toEqual([positions[63], positions[127]]);
    expect(seen.events).toEqual([]);
  });

  it('come in the past as well, page by page, and can be gone on from', async () => {
    const marker = await client.appendToStream(aStream(), numbered(0));
    const wanted = aStream('wanted');
    for (let n = 0; n < 20; n += 1) {
      await client.appendToStream('noise', manyNumbered(19));
      await client.appendToStream(wanted, numbered(n));
    }
    const options = { checkpointInterval: 1, maxSearchWindow: 25, prefix: wanted };
    const { subscription, seen, checkpoints } = checkpointing(marker.position as Position, options);
    await seen.caughtUp();
    await subscription.unsubscribe();
    expect(seen.numbers).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(checkpoints).toHaveLength(16);
    for (const checkpoint of checkpoints) {
      const rest = checkpointing(checkpoint, options);
      await rest.seen.caughtUp();
      await rest.subscription.unsubscribe();
      const after = seen.events.filter(({ event }) => (event?.position?.commit ?? 0n) > checkpoint.commit);
      expect(idsOf(rest.seen.events)).toEqual(idsOf(after));
    }
  });

  it('hold back what follows until they have been handled', async () => {
    const marker = await client.appendToStream(aStream(), numbered(0));
    let handling = false;
    let disturbed = false;
    const subscription = client.subscribeToAll({
      fromPosition: marker.position as Position,
      filter: excludeSystemEvents({
        checkpointInterval: 1,
        checkpointReached: async () => {
          handling = true;
          await new Promise((resolve) => setTimeout(resolve, 20));
          handling = false;
        },
      }),
    });
    const seen = new Seen(subscription);
    subscription.on('data', () => {
      disturbed ||= handling;
    });
    await seen.caughtUp();
    for (let n = 0; n < 5; n += 1) await client.appendToStream(aStream(), manyNumbered(40));
    await seen.has(200);
    await subscription.unsubscribe();
    expect(disturbed).toBe(false);
  });
});

describe('a consumer that does not keep up', () => {
  it('reads the past as slowly as it likes', async () => {
    const stream = aStream();
    for (let batch = 0; batch < 5; batch += 1) {
      await client.appendToStream(
        stream,
        Array.from({ length: 80 }, (_, n) => large(batch * 80 + n)),
      );
    }
    const subscription = client.subscribeToStream(stream);
    const numbers: number[] = [];
    for await (const event of subscription) {
      numbers.push(numberOf(event));
      if (numbers.length % 100 === 50) await new Promise((resolve) => setTimeout(resolve, 300));
      if (numbers.length === 400) break;
    }
    expect(numbers).toEqual(Array.from({ length: 400 }, (_, n) => n));
  });

  it('loses its subscription when it is live, and goes on from where it was with a new one', async () => {
    const stream = aStream();
    await client.appendToStream(stream, large(0));
    const subscription = client.subscribeToStream(stream);
    const seen = new Seen(subscription);
    await seen.caughtUp();
    subscription.pause();
    for (let batch = 0; batch < 4; batch += 1) {
      await client.appendToStream(
        stream,
        Array.from({ length: 80 }, (_, n) => large(1 + batch * 80 + n)),
      );
    }
    // Twice as long as the node waits for a consumer that takes nothing.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    subscription.resume();
    await until(() => seen.error !== null, 'the subscription has been dropped');
    expect(seen.error).toBeInstanceOf(TimeoutError);
    expect(seen.error?.message).toContain('Consumer too slow');
    // What the client has in its own buffers comes behind the error.
    const numbers = seen.numbersBeforeError;
    const rest = client.subscribeToStream(stream, { fromRevision: BigInt(numbers.at(-1) ?? 0) });
    const seenAfter = new Seen(rest);
    await seenAfter.caughtUp();
    await rest.unsubscribe();
    expect([...numbers, ...seenAfter.numbers]).toEqual(Array.from({ length: 321 }, (_, n) => n));
  });
});
