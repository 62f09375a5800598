import { CassandraClient, CassandraEventIdIndex } from '@parley/cassandra';
import { messageEventId, randomEventId } from '@parley/platform';
import { type EventPlace, ReadModelUnavailable } from '@parley/ports';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestKeyspace, type TestKeyspace, testLogger } from './keyspace.js';

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await openTestKeyspace();
});
afterAll(() => keyspace.close());

const indexWith = (client = keyspace.client) => new CassandraEventIdIndex(client);

/** Events of one conversation; every third has a random id, as what nobody repeats has. */
function events(count: number, from = 0): EventPlace[] {
  const conversation = `cnv_${randomUUID()}`;
  return Array.from({ length: count }, (_, i) => ({
    eventId: i % 3 === 2 ? randomEventId() : messageEventId(conversation, 'usr_ann', String(i)),
    stream: `conversation-${conversation}`,
    revision: from + i,
    position: 1_000 + from + i,
  }));
}
const isNamed = (_: EventPlace, i: number) => i % 3 !== 2;

it('finds every derived id, and tells up to where a stream is indexed', async () => {
  const index = indexWith();
  const [ann, bob] = [events(500), events(7)];
  const stream = ann[0]!.stream;
  expect(await index.indexedRevision(stream)).toBe(-1);
  await index.record([...ann.slice(0, 300), ...bob]);
  expect(await index.indexedRevision(stream)).toBe(299);
  expect(await index.indexedRevision(bob[0]!.stream)).toBe(6);
  await index.record(ann.slice(300));
  expect(await index.indexedRevision(stream)).toBe(499);
  const found = await index.find([...ann, ...bob].map(({ eventId }) => eventId));
  expect([...found.values()]).toEqual([...ann.filter(isNamed), ...bob.filter(isNamed)]);
  expect((await index.find([messageEventId('other', 'usr_ann', '1'), randomUUID()])).size).toBe(0);
});

it('stays as it is when a stretch comes again, whole or in part, or late', async () => {
  const index = indexWith();
  const all = events(60);
  await index.record(all);
  await index.record(all.slice(10, 30));
  await index.record([]);
  expect(await index.indexedRevision(all[0]!.stream)).toBe(59);
  expect([...(await index.find(all.map(({ eventId }) => eventId))).values()]).toEqual(all.filter(isNamed));
});

/** Dies in the midst of the nth call that writes. */
class Dying extends CassandraClient {
  constructor(
    url: string,
    private calls: number,
  ) {
    super({ url, logger: testLogger });
  }

  override async writeAll(partitions: Parameters<CassandraClient['writeAll']>[0]): Promise<void> {
    if (this.calls-- > 1) return super.writeAll(partitions);
    await super.writeAll(partitions.slice(0, partitions.length / 2));
    throw new ReadModelUnavailable('gone');
  }
}

it('never says that a stream is indexed further than its ids are', async () => {
  for (const calls of [1, 2]) {
    const client = new Dying(keyspace.url, calls);
    await client.connected;
    const streams = [events(50), events(50), events(50), events(50)];
    await expect(indexWith(client).record(streams.flat())).rejects.toThrow(ReadModelUnavailable);
    await client.close();
    const index = indexWith();
    for (const stream of streams) {
      const indexed = await index.indexedRevision(stream[0]!.stream);
      const named = stream.filter(isNamed).filter(({ revision }) => revision <= indexed);
      expect((await index.find(named.map(({ eventId }) => eventId))).size).toBe(named.length);
    }
  }
});
