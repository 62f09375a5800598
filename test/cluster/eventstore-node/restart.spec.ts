import { ANY, END, NO_STREAM, START, StreamDeletedError, StreamNotFoundError } from '@eventstore/db-client';
import type { JSONEventData, ResolvedEvent } from '@eventstore/db-client';
import { appendFileSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { spawnCompatibleNode, startCompatibleNode } from '../../eventstore-node/index.js';
import type { ChildNode } from '../../eventstore-node/index.js';
import {
  aFolder,
  aNode,
  connect,
  aStream,
  collect,
  failure,
  idsOf,
  manyNumbered,
  numbered,
  numberOf,
  until,
} from './kit.js';

const children: ChildNode[] = [];

afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()));
});

const spawnNode = async (directory: string, port = 0): Promise<ChildNode> => {
  const child = await spawnCompatibleNode({ directory, port });
  children.push(child);
  return child;
};

describe('a node that starts again', () => {
  it('has everything where it was', async () => {
    const directory = aFolder();
    const { node, client } = await aNode({ directory });
    const [kept, deleted, closed, begunAgain] = [aStream(), aStream(), aStream(), aStream()];
    for (const stream of [kept, deleted, closed, begunAgain]) await client.appendToStream(stream, manyNumbered(5));
    await client.setStreamMetadata(kept, { maxCount: 3 });
    await client.deleteStream(deleted);
    await client.tombstoneStream(closed);
    await client.deleteStream(begunAgain);
    await client.appendToStream(begunAgain, numbered(9));
    const before = await collect(client.readAll());
    await node.stop();

    const { client: again } = await aNode({ directory });
    expect(await collect(again.readAll())).toEqual(before);
    expect((await collect(again.readStream(kept))).map(numberOf)).toEqual([2, 3, 4]);
    expect(await failure(collect(again.readStream(deleted)))).toBeInstanceOf(StreamNotFoundError);
    expect(await failure(collect(again.readStream(closed)))).toBeInstanceOf(StreamDeletedError);
    expect(await failure(again.appendToStream(closed, numbered(0)))).toBeInstanceOf(StreamDeletedError);
    expect((await collect(again.readStream(begunAgain))).map(numberOf)).toEqual([9]);
    expect((await again.appendToStream(deleted, numbered(1))).nextExpectedRevision).toBe(5n);
    const positions = (await collect(again.readAll())).map(({ event }) => event?.position.commit ?? 0n);
    expect(positions).toEqual(positions.toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it('knows a repetition by its exact revision, and has forgotten it otherwise', async () => {
    const directory = aFolder();
    const { node, client } = await aNode({ directory });
    const stream = aStream();
    const events = manyNumbered(2);
    const first = await client.appendToStream(stream, events, { expectedRevision: NO_STREAM });
    await node.stop();
    const { client: again } = await aNode({ directory });
    expect(await again.appendToStream(stream, events, { expectedRevision: NO_STREAM })).toEqual(first);
    const doubled = await again.appendToStream(stream, events, { expectedRevision: ANY });
    expect(doubled.nextExpectedRevision).toBe(3n);
  });

  it('forgets ids beyond the number it remembers', async () => {
    const { client } = await aNode({ recentIds: 10 });
    const stream = aStream();
    const known = numbered(0);
    await client.appendToStream(stream, known);
    expect((await client.appendToStream(stream, known)).nextExpectedRevision).toBe(0n);
    await client.appendToStream(aStream(), manyNumbered(20));
    expect((await client.appendToStream(stream, known)).nextExpectedRevision).toBe(1n);
    expect((await client.appendToStream(stream, known, { expectedRevision: NO_STREAM })).nextExpectedRevision).toBe(0n);
  });

  it('cuts off what was never completely written', async () => {
    const directory = aFolder();
    const file = join(directory, 'events.log');
    const { node, client } = await aNode({ directory });
    const stream = aStream();
    await client.appendToStream(stream, numbered(0));
    await node.stop();
    const whole = statSync(file).size;
    const second = await aNode({ directory });
    await second.client.appendToStream(stream, [numbered(1), numbered(2)]);
    await second.node.stop();
    // Power goes in the middle of the last write: two events of one append, the second one cut short.
    truncateSync(file, statSync(file).size - 10);
    const third = await aNode({ directory });
    expect((await collect(third.client.readStream(stream))).map(numberOf)).toEqual([0]);
    expect(statSync(file).size).toBeGreaterThanOrEqual(whole);
    await third.client.appendToStream(stream, numbered(3), { expectedRevision: 0n });
    await third.node.stop();
    appendFileSync(file, Buffer.from('00000000ffffffff', 'hex'));
    const fourth = await aNode({ directory });
    expect((await collect(fourth.client.readStream(stream))).map(numberOf)).toEqual([0, 3]);
  });

  it('refuses a folder in which another one works', async () => {
    const directory = aFolder();
    const { node } = await aNode({ directory });
    await expect(startCompatibleNode({ directory })).rejects.toThrow('another node works on');
    await node.stop();
    const again = await startCompatibleNode({ directory });
    await again.stop();
  });

  it('refuses a file that is not its own', async () => {
    const directory = aFolder();
    appendFileSync(join(directory, 'events.log'), 'something else altogether');
    await expect(startCompatibleNode({ directory })).rejects.toThrow('no log of a compatible node');
    expect(readFileSync(join(directory, 'events.log'), 'utf8')).toBe('something else altogether');
  });
});

describe('a node that is killed', () => {
  it('has every event that it acknowledged, in order, whenever that happens', async () => {
    const directory = aFolder();
    let port = 0;
    const acknowledged: JSONEventData[] = [];
    const asked: JSONEventData[] = [];
    for (let round = 0; round < 4; round += 1) {
      const child = await spawnNode(directory, port);
      ({ port } = child);
      const client = connect(child.connectionString);
      const node = { dead: false };
      const writer = async (index: number): Promise<void> => {
        for (let n = 0; !node.dead; n += 1) {
          const event = numbered(n);
          asked.push(event);
          await client.appendToStream(`killed-${String(index)}`, event);
          acknowledged.push(event);
        }
      };
      const writers = [0, 1, 2].map((index) => writer(index).catch(() => undefined));
      const target = acknowledged.length + 40 + round * 37;
      await until(() => acknowledged.length >= target, 'enough has been acknowledged');
      await child.kill();
      node.dead = true;
      await Promise.all(writers);
    }
    const child = await spawnNode(directory, port);
    const client = connect(child.connectionString);
    const there = idsOf(await collect(client.readAll())).filter((id) => id !== undefined);
    const mine = new Set(idsOf(asked));
    const found = there.filter((id) => mine.has(id));
    expect(new Set(found).size).toBe(found.length);
    expect(idsOf(acknowledged).filter((id) => !found.includes(id ?? ''))).toEqual([]);
    // Each writer waited for its answers, so its events stand in the order in which it asked for them.
    for (const index of [0, 1, 2]) {
      const stream = idsOf(await collect(client.readStream(`killed-${String(index)}`)));
      const order = stream.map((id) => idsOf(asked).indexOf(id));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
  });

  it('breaks what its clients are waiting for, and serves them again when it is back', async () => {
    const directory = aFolder();
    const first = await spawnNode(directory);
    const client = connect(first.connectionString);
    const stream = aStream();
    await client.appendToStream(stream, manyNumbered(3));
    const seen: ResolvedEvent[] = [];
    let broken: Error | null = null;
    const subscribe = (fromRevision: bigint | typeof START): void => {
      client
        .subscribeToStream(stream, { fromRevision })
        .on('data', (event) => seen.push(event))
        .on('error', (error) => {
          broken = error;
        });
    };
    subscribe(START);
    await until(() => seen.length === 3, 'the first events have come');
    await first.kill();
    await until(() => broken !== null, 'the subscription has broken');
    await failure(client.appendToStream(stream, numbered(3)));

    await spawnNode(directory, first.port);
    const event = numbered(3);
    // The client needs a moment and some errors to find out that the node is there again.
    let written = false;
    while (!written) {
      written = await client.appendToStream(stream, event, { expectedRevision: 2n }).then(
        () => true,
        () => false,
      );
    }
    subscribe(seen.at(-1)?.event?.revision ?? START);
    await until(() => seen.length === 4, 'the last event has come');
    expect(seen.map(numberOf)).toEqual([0, 1, 2, 3]);
  });

  it('in the same process, too, breaks every connection', async () => {
    const directory = aFolder();
    const node = await startCompatibleNode({ directory });
    const client = connect(node.connectionString);
    const stream = aStream();
    await client.appendToStream(stream, numbered(0));
    const error = new Promise<Error>((resolve) => client.subscribeToStream(stream).on('error', resolve));
    await node.crash();
    expect(await error).toBeInstanceOf(Error);
    const again = await startCompatibleNode({ directory, port: node.port });
    expect((await collect(connect(again.connectionString).readStream(stream))).map(numberOf)).toEqual([0]);
    await again.stop();
  });
});

it('does not answer while it is frozen, and goes on when it is thawed', async () => {
  const child = await spawnNode(aFolder());
  const client = connect(child.connectionString);
  const stream = aStream();
  await client.appendToStream(stream, numbered(0));
  child.freeze();
  const append = client.appendToStream(stream, numbered(1));
  // That nothing comes can only be seen by waiting for a while.
  const silence = new Promise((resolve) => setTimeout(resolve, 300, 'silence'));
  expect(await Promise.race([append, silence])).toBe('silence');
  child.thaw();
  await append;
  const last = await collect(client.readStream(stream, { direction: 'backwards', fromRevision: END, maxCount: 1 }));
  expect(last.map(numberOf)).toEqual([1]);
});
