import {
  CassandraClient,
  CassandraPeopleReader,
  CassandraProjectionStore,
  GenerationRegistry,
  LaneProgress,
  peopleTables,
  PeopleWriter,
  removeGeneration,
  ServingGenerations,
} from '@parley/cassandra';
import { OperationsRejected, type PeopleOperation, ReadModelUnavailable } from '@parley/ports';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { peopleContract } from '../../contract/people.contract.js';
import { openTestKeyspace, type TestKeyspace, testLogger } from './keyspace.js';
import { PeopleOracle } from './people-oracle.js';

let keyspace: TestKeyspace;
let registry: GenerationRegistry;
beforeAll(async () => {
  keyspace = await openTestKeyspace();
  registry = new GenerationRegistry(keyspace.client);
  await registry.servingOrFirst('people', 1);
});
afterAll(() => keyspace.close());

/** A new generation with nothing in it, and a reader of it. */
async function newDirectory() {
  const { generation: from } = (await registry.serving('people'))!;
  const generation = await registry.reserve('people');
  await registry.switchTo('people', from, { generation, version: 1 });
  const generations = new ServingGenerations(keyspace.client);
  await generations.look();
  const close = () => generations.close();
  const writer = new PeopleWriter(keyspace.client, generation);
  return { generation, writer, reader: new CassandraPeopleReader(keyspace.client, generations), close };
}
type Reader = CassandraPeopleReader;

peopleContract('Cassandra', async () => {
  const { generation, reader, close } = await newDirectory();
  return {
    reader,
    // Each by a writer of its own, as each partition has one.
    take: (operation) => new PeopleWriter(keyspace.client, generation).write([operation]),
    close: async () => close(),
  };
});

const register = (position: number, name: string, displayName: string): PeopleOperation => ({
  type: 'register',
  position,
  userId: `usr_${name}`,
  username: name,
  displayName,
});
const parsed = (json: string | null): unknown => (json === null ? null : JSON.parse(json));
const idsOf = (views: readonly string[]) => views.map((json) => (JSON.parse(json) as { id: string }).id);

it('finds people by words, prefixes, folded letters and single characters', async () => {
  const { writer, reader, close } = await newDirectory();
  await writer.write([
    register(1, 'ann', 'Ann Élodie Lee'),
    register(2, 'bob', 'Bob Leeds'),
    register(3, 'yamada', '山田太郎'),
    register(4, 'zoe', 'Straße 9'),
    register(5, 'x', 'X'),
  ]);
  const find = async (query: string, limit = 10) => idsOf(await reader.find(query, limit));
  expect(await find('lee')).toEqual(['usr_ann', 'usr_bob']);
  expect(await find('lee', 1)).toEqual(['usr_ann']);
  expect(await find('LÉÉ bo')).toEqual(['usr_bob']);
  expect(await find('elodie an')).toEqual(['usr_ann']);
  expect(await find('elodie nobody')).toEqual([]);
  expect(await find('l')).toEqual(['usr_ann', 'usr_bob']);
  expect(await find('9')).toEqual(['usr_zoe']);
  expect(await find('x')).toEqual(['usr_x']);
  expect(await find('山')).toEqual(['usr_yamada']);
  expect(await find('太郎')).toEqual(['usr_yamada']);
  expect(await find('strasse')).toEqual(['usr_zoe']);
  expect(await find(' … ')).toEqual([]);
  expect(await find('')).toEqual([]);
  close();
});

it('refuses what does not fit, before anything is written', async () => {
  const { writer, reader, close } = await newDirectory();
  await writer.write([register(1, 'ann', 'Ann')]);
  const odd: PeopleOperation[] = [
    register(2, 'bob', 'Bob'),
    { type: 'change-profile', position: 3, userId: 'usr_other', about: 'x' },
    { type: 'change-profile', position: 4, userId: 'usr_nobody', about: 'x' },
  ];
  const refused = await writer.write(odd).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(OperationsRejected);
  expect([...(refused as OperationsRejected).reasons.keys()]).toEqual([3, 4]);
  expect(await reader.byUsername('bob')).toBeNull();
  expect(parsed(await reader.byUsername('ann'))).toMatchObject({ displayName: 'Ann' });
  close();
});

const change = (i: number, position: number): PeopleOperation => ({
  type: 'change-profile',
  position,
  userId: `usr_p${i}`,
  about: `at ${position}`,
});

it('tells changes of profiles page by page, over distances of positions', async () => {
  const { writer, reader, close } = await newDirectory();
  const far = 2 ** 24;
  const count = 90;
  await writer.write(Array.from({ length: count }, (_, i) => register(i + 1, `p${i}`, `P ${i}`)));
  const positions = Array.from({ length: count }, (_, i) => 1_000 + i * far);
  await writer.write(positions.map((position, i) => change(i, position)));
  for (const limit of [1, 7, 1_000]) {
    const seen: number[] = [];
    let after = 0;
    const end = count * far;
    while (after < end) {
      const page = await reader.changes(after, end, limit);
      expect(page.upTo).toBeGreaterThan(after);
      expect(page.upTo).toBeLessThanOrEqual(end);
      for (const { position } of page.changes) {
        expect(position).toBeGreaterThan(after);
        expect(position).toBeLessThanOrEqual(page.upTo);
        seen.push(position);
      }
      after = page.upTo;
    }
    expect(seen).toEqual(positions);
  }
  await writer.write([change(0, positions.at(-1)! + 5)]);
  expect((await reader.changes(0, positions[0]!, 10)).changes).toEqual([]);
  expect((await reader.changes(positions.at(-1)!, 2 ** 40, 10)).changes).toMatchObject([{ userId: 'usr_p0' }]);
  close();
});

const rename = (position: number, displayName: string): PeopleOperation => ({
  type: 'change-profile',
  position,
  userId: 'usr_ann',
  displayName,
});

it('takes in a parked event late, over what came after it, and finds people by it', async () => {
  const { writer, reader, generation, close } = await newDirectory();
  const lane = { projection: 'people', generation, partition: 0 } as const;
  const store = new CassandraProjectionStore(keyspace.client, lane, writer, () => 1);
  const parked = { position: 2, stream: 'user-usr_ann', type: 'ProfileChanged.v1', reason: 'broken' };
  const newer = [register(1, 'ann', 'Ann'), rename(3, 'Newer')];
  await store.apply({ operations: newer, parked: [parked], checkpoint: 3 });
  await store.applyParked(2, [rename(2, 'Parked')]);
  // Told again by a consumer that is late: it no longer counts.
  await writer.write(newer);
  expect(parsed(await reader.byUsername('ann'))).toMatchObject({ displayName: 'Parked' });
  expect(idsOf(await reader.find('parked', 5))).toEqual(['usr_ann']);
  expect(idsOf(await reader.find('newer', 5))).toEqual([]);
  await store.apply({ operations: [rename(4, 'Newest')], parked: [], checkpoint: 4 });
  expect(parsed(await reader.byUsername('ann'))).toMatchObject({ displayName: 'Newest' });
  expect(await store.parked()).toEqual([]);
  close();
});

it('is removed as a generation, and no late write brings it back', async () => {
  const old = await newDirectory();
  const writeOld = () =>
    old.writer.write([
      ...Array.from({ length: 200 }, (_, i) => register(i + 1, `q${i}`, `Q ${i}`)),
      { ...change(7, 500), userId: 'usr_q7' },
    ]);
  await writeOld();
  const progress = new LaneProgress(keyspace.client, {
    projection: 'people',
    generation: old.generation,
    partition: 2,
  });
  await progress.park([{ position: 3, stream: 's', type: 't', reason: 'r' }], 1);
  await progress.save(500);
  const next = await newDirectory();
  await next.writer.write([register(1, 'ann', 'Ann')]);
  expect(await removeGeneration(keyspace.client, 'people', peopleTables, old.generation)).toBeGreaterThan(400);
  expect(await removeGeneration(keyspace.client, 'people', peopleTables, old.generation)).toBe(0);
  await writeOld();
  const left = await keyspace.client.read('SELECT user_id FROM people WHERE generation = ? AND user_id = ?', [
    old.generation,
    'usr_q7',
  ]);
  expect(left).toEqual([]);
  expect([await progress.checkpoint(), await progress.parked()]).toEqual([0, []]);
  expect(await next.reader.byIds(['usr_ann'])).toHaveLength(1);
  expect(idsOf(await next.reader.find('an', 10))).toEqual(['usr_ann']);
  for (const directory of [old, next]) directory.close();
});

/** Dies in the midst of a call that writes, when told to. */
class Dying extends CassandraClient {
  dieIn = Number.POSITIVE_INFINITY;
  part = 0;
  deaths = 0;

  override async writeAll(partitions: Parameters<CassandraClient['writeAll']>[0]): Promise<void> {
    if (--this.dieIn > 0) return super.writeAll(partitions);
    await super.writeAll(partitions.filter((_, i) => i % 3 === this.part));
    this.dieIn = Number.POSITIVE_INFINITY;
    this.deaths++;
    throw new ReadModelUnavailable('gone');
  }
}

const names = ['Ann Lee', 'Bo', 'Élodie', 'Zoë Ann', 'li', 'Lee Lee', '山田 太郎', 'x', 'Straße', 'annabel leeds'];
const queries = ['ann', 'a', 'l', 'le', 'lee an', 'elodie', 'zoe', '山', '太', 'stra', 'x', 'u', 'u3', 'b'];
/** Who, and what becomes of them. */
const step = fc.record({
  who: fc.nat(7),
  name: fc.option(fc.constantFrom(...names)),
  about: fc.option(fc.constantFrom('here', 'there')),
  visibility: fc.option(fc.constantFrom('shared' as const, 'nobody' as const)),
});
/** How the history comes to the writer: in batches, some of them dying midway, some told again by a late consumer. */
const plan = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 60 }),
  batch: fc.integer({ min: 1, max: 12 }),
  deaths: fc.array(
    fc.record({
      batch: fc.nat(20),
      call: fc.integer({ min: 1, max: 2 }),
      part: fc.nat(2),
      // Whoever goes on takes more at once, or less.
      next: fc.integer({ min: 1, max: 24 }),
    }),
    { maxLength: 4 },
  ),
  zombies: fc.array(fc.record({ after: fc.nat(20), from: fc.nat(60) }), { maxLength: 3 }),
});

/** What a rebuild compares of them. */
async function wordRows(generation: number): Promise<readonly string[]> {
  const cql = 'SELECT prefix, word, user_id, username, words FROM people_words WHERE generation = ? ALLOW FILTERING';
  return (await keyspace.client.read(cql, [generation])).map((row) => JSON.stringify(row)).toSorted();
}

async function compare(reader: Reader, oracle: PeopleOracle, end: number): Promise<void> {
  const ids = Array.from({ length: 8 }, (_, i) => `usr_u${i}`);
  const views = await reader.byIds(ids);
  expect(views.map(parsed)).toEqual(ids.map((id) => oracle.view(id)).filter((view) => view !== null));
  for (const query of queries)
    expect([query, ...idsOf(await reader.find(query, 50))]).toEqual([query, ...oracle.find(query)]);
  for (const id of ids) {
    expect(await reader.presenceVisibility(id)).toBe(oracle.people.get(id)?.visibility ?? 'shared');
    expect(parsed(await reader.byUsername(id.slice(4)))).toEqual(oracle.named(id.slice(4)));
  }
  for (const after of [0, Math.floor(end / 2)]) {
    const { changes, upTo } = await reader.changes(after, end, 1_000);
    expect(upTo).toBe(end);
    expect(changes.map(({ userId, position }) => ({ userId, position }))).toEqual(oracle.changed(after, end));
    for (const { userId, json } of changes) expect(parsed(json)).toEqual(oracle.view(userId));
  }
}

const named = (position: number, displayName: string): PeopleOperation => ({
  type: 'change-profile',
  position,
  userId: 'usr_ann',
  displayName,
});

it('leaves no words of a name that a writer died with, whoever goes on takes the next name at once', async () => {
  const dying = new Dying({ url: keyspace.url, logger: testLogger });
  await dying.connected;
  const [cut, whole] = [await newDirectory(), await newDirectory()];
  const operations = [register(1, 'ann', 'Ann'), named(2, 'Bea'), named(3, 'Cleo')];
  await cut.writer.write(operations.slice(0, 1));
  // All the hints are written, and not one row.
  Object.assign(dying, { dieIn: 2, part: 3 });
  await expect(new PeopleWriter(dying, cut.generation).write(operations.slice(0, 2))).rejects.toThrow('gone');
  await cut.writer.write(operations);
  await whole.writer.write(operations);
  expect(await wordRows(cut.generation)).toEqual(await wordRows(whole.generation));
  for (const { close } of [cut, whole]) close();
  await dying.close();
});

it('answers like a plain fold, whatever comes again, late or only in part', async () => {
  const dying = new Dying({ url: keyspace.url, logger: testLogger });
  await dying.connected;
  await fc.assert(
    fc.asyncProperty(plan, async ({ steps, batch, deaths, zombies }) => {
      const { generation, reader, close } = await newDirectory();
      const writer = new PeopleWriter(dying, generation);
      const late = new PeopleWriter(keyspace.client, generation);
      const oracle = new PeopleOracle();
      const registered = new Set<number>();
      const operations = steps.map(({ who, name, about, visibility }, i): PeopleOperation => {
        const at = { position: i + 1, userId: `usr_u${who}` };
        if (!registered.has(who)) {
          registered.add(who);
          // Two pairs of people share a name.
          return { ...register(at.position, `u${who % 6}`, name ?? 'Somebody'), userId: at.userId };
        }
        return {
          type: 'change-profile',
          ...at,
          ...(name === null ? {} : { displayName: name }),
          ...(about === null ? {} : { about }),
          ...(visibility === null ? {} : { presenceVisibility: visibility }),
        };
      });
      for (const operation of operations) oracle.apply(operation);
      for (let at = 0, n = 0; at < operations.length; at += batch, n++) {
        const death = deaths.find((one) => one.batch === n);
        if (death !== undefined) {
          Object.assign(dying, { dieIn: death.call, part: death.part });
          await writer.write(operations.slice(at, at + batch)).catch(() => undefined);
          dying.dieIn = Number.POSITIVE_INFINITY;
          await writer.write(operations.slice(at, at + death.next));
        }
        await writer.write(operations.slice(at, at + batch));
        for (const zombie of zombies.filter(({ after }) => after === n)) {
          const stretch = operations.slice(Math.min(zombie.from, at), at + batch);
          await Promise.all([
            late.write(stretch),
            at + batch < operations.length ? writer.write(operations.slice(at, at + 2 * batch)) : null,
          ]);
        }
      }
      await compare(reader, oracle, operations.length);
      close();
      const { generation: inOneGo, writer: atOnce, close: end } = await newDirectory();
      await atOnce.write(operations);
      expect(await wordRows(generation)).toEqual(await wordRows(inOneGo));
      end();
    }),
    { numRuns: 20, endOnFailure: true },
  );
  expect(dying.deaths).toBeGreaterThan(0);
  await dying.close();
}, 400_000);
