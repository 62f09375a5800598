import { compareGenerations, readModelTables, conversationProjections } from '@parley/cassandra';
import { openEventLog } from '@parley/embedded';
import { decodeEvent } from '@parley/events';
import { type OperationOf, type ProjectionStore, ReadModelUnavailable } from '@parley/ports';
import * as fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Play, type Step, steps } from '../../contract/read-models/histories.js';
import { Scene } from '../../contract/read-models/scene.js';
import { openTestKeyspace, type TestKeyspace, testLogger } from '../cassandra-core/keyspace.js';
import { storesOf } from './stores.js';
import { DyingClient } from './dying-client.js';
import { partition, projector } from './models.js';

const seed = Number(process.env['PARLEY_TEST_SEED'] ?? Date.now() % 1_000_000);

type Timeline = (typeof conversationProjections)[number];
/** What the events of a log do to one projection, event by event. */
type Events<Name extends Timeline> = readonly (readonly OperationOf<Name>[])[];

/** One stretch of a consumer's way. */
interface Stretch {
  readonly events: number;
  /** Dies in this call that writes, having written that part. */
  readonly death: { readonly call: number; readonly part: number } | null;
  /** Another consumer takes the partition over after it. */
  readonly takenOver: boolean;
  /** A consumer that has lost the partition before writes so many events more. */
  readonly zombie: { readonly which: number; readonly events: number } | null;
}
const stretch: fc.Arbitrary<Stretch> = fc.record({
  events: fc.integer({ min: 1, max: 25 }),
  death: fc.option(fc.record({ call: fc.integer({ min: 1, max: 4 }), part: fc.nat(3) }), { freq: 2 }),
  takenOver: fc.boolean(),
  zombie: fc.option(fc.record({ which: fc.nat(10), events: fc.integer({ min: 1, max: 25 }) }), { freq: 1 }),
});

async function apply<Name extends Timeline>(
  store: ProjectionStore<OperationOf<Name>>,
  events: Events<Name>,
): Promise<void> {
  const operations = events.flat();
  const checkpoint = operations.at(-1)?.position;
  if (checkpoint !== undefined) await store.apply({ operations, parked: [], checkpoint });
}

async function eventsOf(play: readonly Step[]): Promise<{ readonly [Name in Timeline]: Events<Name> }> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-rows-'));
  const log = await openEventLog(folder);
  const scene = new Scene(log);
  const acting = new Play(scene, '');
  acting.begin();
  for (const step of play) acting.step(step);
  await scene.append();
  const { events } = await log.readAll({ limit: 4_096 });
  await log.close();
  rmSync(folder, { recursive: true });
  const { projections } = await projector();
  const evolved = conversationProjections.map((name) => {
    const projection = projections.find((each) => each.name === name)!;
    return [name, events.map((event) => projection.evolve(decodeEvent(event)))] as const;
  });
  return Object.fromEntries(evolved) as unknown as { [Name in Timeline]: Events<Name> };
}

describe(`rows in Cassandra (seed ${seed})`, () => {
  let keyspace: TestKeyspace;
  let client: DyingClient;
  let generation = 0;
  beforeAll(async () => {
    keyspace = await openTestKeyspace();
    client = new DyingClient({ url: keyspace.url, logger: testLogger });
    await client.connected;
  });
  afterAll(async () => {
    await client.close();
    await keyspace.close();
  });

  const open = <Name extends Timeline>(projection: Name, of: number): Promise<ProjectionStore<OperationOf<Name>>> =>
    storesOf(client).openGeneration({
      projection,
      generation: of,
      partition,
      serving: true,
    });

  /** Once, without a break. */
  async function inOrder<Name extends Timeline>(name: Name, events: Events<Name>): Promise<number> {
    const store = await open(name, ++generation);
    for (let at = 0; at < events.length; at += 40) await apply(store, events.slice(at, at + 40));
    return generation;
  }

  /** With deaths, changes of hands and late writers. */
  async function roughly<Name extends Timeline>(
    name: Name,
    events: Events<Name>,
    plan: readonly Stretch[],
  ): Promise<number> {
    const own = ++generation;
    let store = await open(name, own);
    let done = 0;
    const zombies: { readonly store: ProjectionStore<OperationOf<Name>>; at: number }[] = [];
    for (let round = 0; done < events.length; round++) {
      const { events: count, death, takenOver, zombie } = plan[round % plan.length]!;
      // A plan that always dies comes to an end all the same.
      if (death !== null && round < 2 * plan.length) Object.assign(client, { dieIn: death.call, part: death.part });
      try {
        await apply(store, events.slice(done, done + count));
        done += count;
        if (takenOver) {
          zombies.push({ store, at: done });
          store = await open(name, own);
        }
      } catch (error) {
        if (!(error instanceof ReadModelUnavailable)) throw error;
        store = await open(name, own);
      }
      client.dieIn = Number.POSITIVE_INFINITY;
      const late = zombies[(zombie?.which ?? 0) % Math.max(1, zombies.length)];
      if (zombie !== null && late !== undefined) {
        await apply(late.store, events.slice(late.at, late.at + zombie.events));
        late.at += zombie.events;
      }
    }
    return own;
  }

  for (const name of conversationProjections) {
    it(`of ${name} are the same after deaths, repetitions, changes of hands and late writers`, async () => {
      await fc.assert(
        fc.asyncProperty(
          steps(90),
          fc.array(stretch, { minLength: 1, maxLength: 12 }),
          async (play, plan): Promise<void> => {
            const events = (await eventsOf(play))[name];
            const old = await inOrder(name, events);
            const rebuilt = await roughly(name, events, plan);
            const tables = readModelTables[name];
            const parity = await compareGenerations({ client, tables, old, rebuilt });
            expect(parity).toMatchObject({ onlyInOld: 0, onlyInNew: 0, different: 0, examples: [] });
            expect(parity.rows).toBeGreaterThan(0);
          },
        ),
        { seed, numRuns: 8, endOnFailure: true },
      );
    }, 600_000);
  }

  it('that differ are found by comparing', async () => {
    const events = (await eventsOf([])).membership;
    const old = await inOrder('membership', events);
    const rebuilt = await inOrder('membership', events);
    const key = [rebuilt, 'usr_ann', 'cnv_two'];
    const where = 'WHERE generation = ? AND user_id = ? AND conversation_id = ?';
    await client.write({ query: `UPDATE memberships SET role = 'admin' ${where}`, params: key });
    await client.write({ query: `DELETE FROM memberships ${where}`, params: [old, 'usr_ann', 'cnv_one'] });
    await client.write({
      query: `DELETE FROM member_counts WHERE generation = ? AND conversation_id = ?`,
      params: [rebuilt, 'cnv_three'],
    });
    const tables = readModelTables.membership;
    const parity = await compareGenerations({ client, tables, old, rebuilt });
    expect(parity).toMatchObject({ onlyInOld: 1, onlyInNew: 1, different: 1 });
    expect(parity.examples.map(({ table, key: row }) => `${table} ${row}`).toSorted()).toEqual([
      'member_counts cnv_three',
      'memberships usr_ann cnv_one',
      'memberships usr_ann cnv_two',
    ]);
  });
});
