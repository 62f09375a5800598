import { AccessDeniedError, END, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type { Credentials } from '@eventstore/db-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeSelfSigned } from '../../eventstore-node/index.js';
import type { CompatibleNode } from '../../eventstore-node/index.js';
import { aFolder, aNode, aStream, collect, failure, manyNumbered, numbered } from './kit.js';

const ops: { readonly credentials: Credentials } = { credentials: { username: 'ops', password: 'changeit' } };
const stranger: { readonly credentials: Credentials } = {
  credentials: { username: 'AzureDiamond', password: 'hunter2' },
};

const denied = async (call: Promise<unknown>): Promise<void> => {
  expect(await failure(call)).toBeInstanceOf(AccessDeniedError);
};

describe('a node with a certificate', () => {
  let node: CompatibleNode;
  let admin: EventStoreDBClient;
  let anonymous: EventStoreDBClient;

  beforeAll(async () => {
    ({ node, client: admin } = await aNode({ tls: writeSelfSigned(aFolder()) }));
    anonymous = EventStoreDBClient.connectionString(node.connectionString.replace('admin:changeit@', ''));
  });

  it('serves who is trusted and known', async () => {
    const stream = aStream();
    await admin.appendToStream(stream, manyNumbered(2));
    await admin.appendToStream(stream, numbered(2), { credentials: { username: 'admin', password: 'changeit' } });
    expect(await collect(admin.readStream(stream))).toHaveLength(3);
    expect((await collect(admin.readAll({ maxCount: 2 }))).length).toBe(2);
    await admin.deleteStream(stream);
  });

  it('denies everything to wrong credentials', async () => {
    const stream = aStream();
    await admin.appendToStream(stream, numbered(0));
    await denied(admin.appendToStream(stream, numbered(1), stranger));
    await denied(collect(admin.readStream(stream, stranger)));
    await denied(collect(admin.readAll({ maxCount: 1, ...stranger })));
    await denied(admin.deleteStream(stream, stranger));
    await denied(admin.tombstoneStream(stream, stranger));
    const wrong = EventStoreDBClient.connectionString(node.connectionString.replace('changeit', 'wrong'));
    await denied(wrong.appendToStream(stream, numbered(1)));
    expect(await collect(admin.readStream(stream))).toHaveLength(1);
  });

  it('denies everything to nobody', async () => {
    const stream = aStream();
    await denied(anonymous.appendToStream(stream, numbered(0)));
    await denied(collect(anonymous.readStream(stream)));
    const error = new Promise((resolve) => anonymous.subscribeToAll({ fromPosition: END }).on('error', resolve));
    expect(await error).toBeInstanceOf(AccessDeniedError);
  });

  it('opens ordinary streams to every user, and those of the system to administrators', async () => {
    const stream = aStream();
    await admin.appendToStream(stream, numbered(0), ops);
    expect(await collect(admin.readStream(stream, ops))).toHaveLength(1);
    await denied(collect(admin.readAll({ maxCount: 1, ...ops })));
    await denied(admin.appendToStream('$system', jsonEvent({ type: 'x', data: {} }), ops));
    await admin.appendToStream('$system', jsonEvent({ type: 'x', data: {} }));
  });

  it('honours the access list of a stream', async () => {
    const stream = aStream();
    await admin.appendToStream(stream, numbered(0));
    await admin.setStreamMetadata(stream, {
      acl: {
        readRoles: ['ops'],
        writeRoles: ['somebody'],
        deleteRoles: ['$ops'],
        metaReadRoles: [],
        metaWriteRoles: 'x' as never,
      },
    });
    expect(await collect(admin.readStream(stream, ops))).toHaveLength(1);
    await denied(admin.appendToStream(stream, numbered(1), ops));
    await denied(admin.getStreamMetadata(stream, ops));
    await denied(admin.setStreamMetadata(stream, {}, ops));
    await admin.appendToStream(stream, numbered(1));
    await admin.deleteStream(stream, ops);
  });

  it('lets nobody write to $all or delete metadata', async () => {
    for (const attempt of [
      () => admin.appendToStream('$all', numbered(0)),
      () => admin.deleteStream(`$$${aStream()}`),
    ]) {
      expect(await failure(attempt())).toBeInstanceOf(AccessDeniedError);
    }
  });

  it('is not spoken to by a client that does not trust it', async () => {
    const { rootCertificate } = { rootCertificate: Buffer.from('') };
    const distrusting = new EventStoreDBClient({ endpoint: `127.0.0.1:${String(node.port)}` }, { rootCertificate });
    expect(await failure(distrusting.appendToStream(aStream(), numbered(0), { deadline: 2_000 }))).toBeInstanceOf(
      Error,
    );
  });
});

describe('a node without one', () => {
  it('asks nobody who he is', async () => {
    const { client } = await aNode();
    const stream = aStream();
    await client.setStreamMetadata(stream, { acl: { readRoles: [], writeRoles: [] } });
    await client.appendToStream(stream, numbered(0), stranger);
    expect(await collect(client.readStream(stream, stranger))).toHaveLength(1);
  });
});
