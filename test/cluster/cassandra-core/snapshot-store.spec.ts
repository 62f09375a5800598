import { CassandraSnapshotStore } from '@parley/cassandra';
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { snapshotContract } from '../../contract/snapshot.contract.js';
import { openTestKeyspace } from './keyspace.js';

const open = async () => {
  const { client, close } = await openTestKeyspace();
  const snapshots = new CassandraSnapshotStore(client);
  return { client, snapshots, close: () => snapshots.close().then(close) };
};

snapshotContract('Cassandra', open);

it('writes what waits before it closes, and only the newest of a stream', async () => {
  const { client, snapshots, close } = await open();
  const stream = randomUUID();
  for (let revision = 0; revision < 1_000; revision++) snapshots.save(stream, 1, revision, `state ${revision}`);
  for (let i = 0; i < 500; i++) snapshots.save(`${stream}-${i}`, 1, 7, 'x'.repeat(10_000));
  await snapshots.close();
  const again = new CassandraSnapshotStore(client);
  expect(await again.load(stream, 1)).toEqual({ revision: 999, state: 'state 999' });
  expect((await again.load(`${stream}-499`, 1))?.revision).toBe(7);
  await again.close();
  await close();
});

it('is nothing worse than slow while the engine is away', async () => {
  const { client, snapshots, close } = await open();
  await close();
  snapshots.save('stream', 1, 1, 'state');
  expect(await new CassandraSnapshotStore(client).load('stream', 1)).toBeNull();
});
