import {
  END,
  excludeSystemEvents,
  jsonEvent,
  NO_STREAM,
  START,
  streamNameFilter,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import type {
  AllStreamResolvedEvent,
  EventStoreDBClient,
  JSONEventData,
  Position,
  ResolvedEvent,
} from '@eventstore/db-client';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { aNode, aStream, collect, idsOf, numbered, numberOf, seed, until } from './kit.js';

let client: EventStoreDBClient;

beforeAll(async () => {
  ({ client } = await aNode());
});

interface Plan {
  /** Events of each append, and to which of the streams it goes. */
  readonly appends: readonly { readonly stream: number; readonly size: number }[];
  /** How many appends are made before anybody subscribes. */
  readonly before: number;
  /** How many are in flight at once. */
  readonly writers: number;
  /** ms that the consumer takes for every tenth event. */
  readonly slowness: number;
}

const plans = fc.record<Plan>({
  appends: fc.array(fc.record({ stream: fc.integer({ min: 0, max: 3 }), size: fc.integer({ min: 1, max: 60 }) }), {
    minLength: 10,
    maxLength: 60,
  }),
  before: fc.integer({ min: 0, max: 30 }),
  writers: fc.integer({ min: 1, max: 8 }),
  slowness: fc.integer({ min: 0, max: 5 }),
});

describe(`from the past to live while others write (seed ${String(seed)})`, () => {
  it('comes every event once, in the order of the log', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const names = [0, 1, 2, 3].map(() => aStream('live'));
        const marker = await client.appendToStream(aStream('marker'), numbered(0));
        const write = async ({ stream, size }: Plan['appends'][number]): Promise<JSONEventData[]> => {
          const events = Array.from({ length: size }, (_, n) => jsonEvent({ type: 'live', data: { n } }));
          await client.appendToStream(names[stream] ?? '', events);
          return events;
        };
        const written: JSONEventData[] = [];
        for (const append of plan.appends.slice(0, plan.before)) written.push(...(await write(append)));

        const fromPosition = marker.position as Position;
        const all = client.subscribeToAll({ fromPosition });
        const filtered = client.subscribeToAll({
          fromPosition,
          filter: streamNameFilter({ prefixes: [names[1] ?? ''] }),
        });
        const one = client.subscribeToStream(names[0] ?? '', { fromRevision: START });
        const [seenAll, seenFiltered, seenOne] = [all, filtered, one].map((subscription) => {
          const seen: (ResolvedEvent | AllStreamResolvedEvent)[] = [];
          void (async () => {
            for await (const event of subscription) {
              seen.push(event);
              if (seen.length % 10 === 0) await new Promise((resolve) => setTimeout(resolve, plan.slowness));
            }
          })();
          return seen;
        }) as [ResolvedEvent[], ResolvedEvent[], ResolvedEvent[]];

        const rest = plan.appends.slice(plan.before);
        const writer = async (): Promise<void> => {
          for (let next = rest.shift(); next !== undefined; next = rest.shift()) written.push(...(await write(next)));
        };
        await Promise.all(Array.from({ length: plan.writers }, writer));

        const log = (await collect(client.readAll({ fromPosition }))).slice(1);
        expect(new Set(idsOf(log))).toEqual(new Set(idsOf(written)));
        const of = (name: string | undefined): AllStreamResolvedEvent[] =>
          log.filter(({ event }) => event?.streamId === name);
        await until(
          () =>
            seenAll.length >= log.length &&
            seenFiltered.length >= of(names[1]).length &&
            seenOne.length >= of(names[0]).length,
          'all has arrived',
        );
        await Promise.all([all.unsubscribe(), filtered.unsubscribe(), one.unsubscribe()]);
        expect(idsOf(seenAll)).toEqual(idsOf(log));
        expect(idsOf(seenFiltered)).toEqual(idsOf(of(names[1])));
        expect(idsOf(seenOne)).toEqual(idsOf(of(names[0])));
      }),
      { seed, numRuns: 12, endOnFailure: true },
    );
  });
});

describe('writers that compete', () => {
  it('for a revision win one at a time', async () => {
    const stream = aStream();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        client.appendToStream(stream, numbered(n), { expectedRevision: NO_STREAM }).then(
          () => 'written',
          (error: unknown) => (error instanceof WrongExpectedVersionError ? 'refused' : 'failed'),
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'refused')).toHaveLength(19);
  });

  it('with exact revisions and retries lose nothing and double nothing', async () => {
    const stream = aStream();
    const { node } = await aNode();
    const { EventStoreDBClient } = await import('@eventstore/db-client');
    const writers = Array.from({ length: 4 }, () => EventStoreDBClient.connectionString(node.connectionString));
    const events = await Promise.all(
      writers.map(async (writer, index) => {
        const mine = Array.from({ length: 25 }, (_, n) => numbered(index * 100 + n));
        let expected: bigint | typeof NO_STREAM = NO_STREAM;
        for (const event of mine) {
          for (let done = false; !done;) {
            try {
              ({ nextExpectedRevision: expected } = await writer.appendToStream(stream, event, {
                expectedRevision: expected,
              }));
              done = true;
            } catch (error) {
              if (!(error instanceof WrongExpectedVersionError)) throw error;
              expected = error.actualVersion;
            }
          }
        }
        return mine;
      }),
    );
    const there = await collect((writers[0] as EventStoreDBClient).readStream(stream));
    expect(there).toHaveLength(100);
    expect(new Set(idsOf(there))).toEqual(new Set(idsOf(events.flat())));
    for (const mine of events) {
      const order = there
        .map(numberOf)
        .filter((n) => Math.floor(n / 100) === Math.floor(numberOf({ event: mine[0] } as never) / 100));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
  });

  it('see their own writes at once', async () => {
    const stream = aStream();
    for (let n = 0; n < 20; n += 1) {
      const { position } = await client.appendToStream(stream, numbered(n));
      const [last] = await collect(
        client.readStream(stream, { direction: 'backwards', fromRevision: END, maxCount: 1 }),
      );
      expect(last?.event?.position).toEqual(position);
    }
  });

  it('never make a reader skip: what is read once stays where it is', async () => {
    const state = { writing: true };
    const writes = Promise.all(
      Array.from({ length: 6 }, async (_, writer) => {
        for (let n = 0; n < 30; n += 1)
          await client.appendToStream(`race-${String(writer)}`, [numbered(n), numbered(n)]);
      }),
    ).finally(() => {
      state.writing = false;
    });
    const positions: bigint[] = [];
    let fromPosition: Position = { commit: 0n, prepare: 0n };
    do {
      for await (const { event } of client.readAll({ fromPosition })) {
        if (event === undefined || (positions.at(-1) ?? -1n) >= event.position.commit) continue;
        positions.push(event.position.commit);
        fromPosition = event.position;
      }
    } while (state.writing);
    await writes;
    const final = (await collect(client.readAll())).map(({ event }) => event?.position.commit ?? 0n);
    expect(positions).toEqual(final.slice(0, positions.length));
  });
});

it('leaves out the events of the system on request', async () => {
  const subscription = client.subscribeToAll({ fromPosition: START, filter: excludeSystemEvents() });
  const types: string[] = [];
  await new Promise<void>((resolve) => {
    subscription.on('data', (event) => types.push(event.event?.type ?? '')).on('caughtUp', resolve);
  });
  await subscription.unsubscribe();
  expect(types.some((type) => type.startsWith('$'))).toBe(false);
});
