import {
  ANY,
  BACKWARDS,
  END,
  NO_STREAM,
  START,
  STREAM_EXISTS,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  aNode,
  appendPaths,
  aStream,
  collect,
  failure,
  manyNumbered,
  numbered,
  numberOf,
  viaUnaryAppend,
} from './kit.js';

let client: EventStoreDBClient;

beforeAll(async () => {
  ({ client } = await aNode());
});

const streamIn = async (events = 4): Promise<string> => {
  const stream = aStream();
  await client.appendToStream(stream, manyNumbered(events));
  return stream;
};

const reads = (stream: string): Promise<unknown> => failure(collect(client.readStream(stream)));

describe('soft deletion', () => {
  it('hides the stream and answers with a position of its own', async () => {
    const stream = await streamIn();
    const { position } = await client.deleteStream(stream);
    expect(await reads(stream)).toBeInstanceOf(StreamNotFoundError);
    expect(
      await failure(collect(client.readStream(stream, { direction: BACKWARDS, fromRevision: END }))),
    ).toBeInstanceOf(StreamNotFoundError);
    const [marker] = await collect(client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }));
    expect(marker?.event).toMatchObject({ streamId: `$$${stream}`, type: '$metadata', position });
  });

  it('leaves the events in $all', async () => {
    const stream = await streamIn(3);
    await client.deleteStream(stream);
    const all = await collect(client.readAll());
    expect(all.filter(({ event }) => event?.streamId === stream)).toHaveLength(3);
  });

  it.each(appendPaths)('ends with the next append by $path, which goes on numbering', async ({ options }) => {
    const stream = await streamIn(4);
    await client.deleteStream(stream);
    const result = await client.appendToStream(stream, [numbered(100), numbered(101)], options);
    expect(result.nextExpectedRevision).toBe(5n);
    const events = await collect(client.readStream(stream));
    expect(events.map(({ event }) => event?.revision)).toEqual([4n, 5n]);
    expect(events.map(numberOf)).toEqual([100, 101]);
    expect((await client.getStreamMetadata(stream)).metadata).toEqual({ truncateBefore: 4 });
  });

  it('lets the stream be begun again as if there were none, or at its last revision', async () => {
    for (const expectedRevision of [NO_STREAM, 1n, ANY] as const) {
      const stream = await streamIn(2);
      await client.deleteStream(stream);
      const result = await client.appendToStream(stream, numbered(9), { expectedRevision });
      expect(result.nextExpectedRevision).toBe(2n);
    }
  });

  it('is no existing stream to an append that expects one', async () => {
    const stream = await streamIn(2);
    await client.deleteStream(stream);
    const error = await failure(client.appendToStream(stream, numbered(9), { expectedRevision: STREAM_EXISTS }));
    expect(error).toBeInstanceOf(StreamDeletedError);
  });

  it('answers a repeated append of what it has hidden without a position', async () => {
    const stream = aStream();
    const events = manyNumbered(2);
    await client.appendToStream(stream, events, { expectedRevision: NO_STREAM });
    await client.deleteStream(stream);
    const again = await client.appendToStream(stream, events, { expectedRevision: NO_STREAM });
    expect(again).toMatchObject({ success: true, nextExpectedRevision: 1n });
    expect(again.position).toBeUndefined();
    expect(await reads(stream)).toBeInstanceOf(StreamNotFoundError);
  });

  it('may be done twice, and once more after a new beginning', async () => {
    const stream = await streamIn(1);
    await client.deleteStream(stream);
    await client.deleteStream(stream);
    await client.appendToStream(stream, numbered(1));
    await client.deleteStream(stream, { expectedRevision: 1n });
    expect(await reads(stream)).toBeInstanceOf(StreamNotFoundError);
  });

  it('expects what it is told to', async () => {
    const stream = await streamIn(4);
    for (const expectedRevision of [2n, NO_STREAM] as const) {
      const error = await failure(client.deleteStream(stream, { expectedRevision }));
      expect(error).toBeInstanceOf(WrongExpectedVersionError);
      expect(error).toMatchObject({ streamName: stream, actualVersion: 3n });
    }
    await client.deleteStream(stream, { expectedRevision: 3n });
  });

  it('fails where there is nothing to delete, whatever is expected', async () => {
    for (const expectedRevision of [NO_STREAM, ANY] as const) {
      const stream = aStream();
      const error = await failure(client.deleteStream(stream, { expectedRevision }));
      expect(error).toBeInstanceOf(WrongExpectedVersionError);
      expect(error).toMatchObject({ streamName: stream });
    }
  });

  it('works where only metadata are there', async () => {
    const stream = aStream();
    await client.setStreamMetadata(stream, { cacheControl: 10 });
    expect(await client.deleteStream(stream, { expectedRevision: NO_STREAM })).toBeDefined();
  });

  it('takes the other metadata away, and new metadata bring the stream back', async () => {
    const stream = await streamIn(3);
    await client.setStreamMetadata(stream, { maxCount: 2 });
    await client.deleteStream(stream);
    await client.setStreamMetadata(stream, { maxCount: 7 });
    expect((await client.getStreamMetadata(stream)).metadata).toEqual({ maxCount: 7, truncateBefore: 3 });
    expect(await collect(client.readStream(stream))).toEqual([]);
    await client.appendToStream(stream, numbered(9));
    expect((await collect(client.readStream(stream))).map(numberOf)).toEqual([9]);
  });
});

describe('tombstones', () => {
  it('close a stream for ever', async () => {
    const stream = await streamIn();
    const { position } = await client.tombstoneStream(stream);
    for (const attempt of [
      () => collect(client.readStream(stream)),
      () => client.appendToStream(stream, numbered(0)),
      () => client.appendToStream(stream, numbered(0), { ...viaUnaryAppend, expectedRevision: NO_STREAM }),
      () => client.deleteStream(stream),
      () => client.tombstoneStream(stream),
    ]) {
      const error = await failure(attempt());
      expect(error).toBeInstanceOf(StreamDeletedError);
      expect(error).toMatchObject({ streamName: stream });
    }
    const [last] = await collect(client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }));
    expect(last?.event).toMatchObject({ streamId: stream, type: '$streamDeleted', revision: 2n ** 63n - 1n, position });
  });

  it('close the metadata with the stream', async () => {
    const stream = await streamIn();
    await client.setStreamMetadata(stream, { maxCount: 1 });
    await client.tombstoneStream(stream);
    expect(await failure(client.setStreamMetadata(stream, { maxCount: 2 }))).toBeInstanceOf(StreamDeletedError);
    expect(await failure(client.getStreamMetadata(stream))).toBeInstanceOf(StreamDeletedError);
  });

  it('expect what they are told to', async () => {
    const stream = await streamIn(4);
    for (const expectedRevision of [2n, 4n, NO_STREAM] as const) {
      const error = await failure(client.tombstoneStream(stream, { expectedRevision }));
      expect(error).toBeInstanceOf(WrongExpectedVersionError);
      expect(error).toMatchObject({ streamName: stream, actualVersion: 3n });
    }
    await client.tombstoneStream(stream, { expectedRevision: 3n });
  });

  it('can be set where no stream is', async () => {
    const stream = aStream();
    await client.tombstoneStream(stream, { expectedRevision: NO_STREAM });
    expect(await reads(stream)).toBeInstanceOf(StreamDeletedError);
  });

  it('close a deleted stream, too', async () => {
    const stream = await streamIn();
    await client.deleteStream(stream);
    await client.tombstoneStream(stream);
    expect(await reads(stream)).toBeInstanceOf(StreamDeletedError);
  });
});

describe('metadata', () => {
  it('are kept as they were written, and none are there at first', async () => {
    const stream = await streamIn();
    expect(await client.getStreamMetadata(stream)).toEqual({ streamName: stream });
    const metadata = {
      maxAge: 2_000,
      cacheControl: 15,
      truncateBefore: 1,
      maxCount: 12,
      acl: { readRoles: ['admin'], writeRoles: ['a', 'b'], deleteRoles: ['admin'], metaReadRoles: ['$all'] },
      turkey: '🦃',
    };
    await client.setStreamMetadata(stream, metadata);
    expect(await client.getStreamMetadata(stream)).toMatchObject({
      streamName: stream,
      metadata,
    });
  });

  it('are expected by revision like any stream', async () => {
    const stream = aStream();
    await client.setStreamMetadata(stream, { maxCount: 1 }, { expectedRevision: NO_STREAM });
    await client.setStreamMetadata(stream, { maxCount: 2 }, { expectedRevision: 0n });
    const error = await failure(client.setStreamMetadata(stream, { maxCount: 3 }, { expectedRevision: 0n }));
    expect(error).toBeInstanceOf(WrongExpectedVersionError);
    expect((await client.getStreamMetadata(stream)).metadata).toEqual({ maxCount: 2 });
  });

  it('show their newest event only', async () => {
    const stream = aStream();
    for (const maxCount of [1, 2, 3]) await client.setStreamMetadata(stream, { maxCount });
    const events = await collect(client.readStream(`$$${stream}`));
    expect(events.map(({ event }) => event?.revision)).toEqual([2n]);
  });

  it('limit a stream to its newest events', async () => {
    const stream = await streamIn(20);
    await client.setStreamMetadata(stream, { maxCount: 3 });
    expect((await collect(client.readStream(stream))).map(numberOf)).toEqual([17, 18, 19]);
    expect((await collect(client.readStream(stream, { fromRevision: 2n, maxCount: 2 }))).map(numberOf)).toEqual([
      17, 18,
    ]);
    const backwards = await collect(client.readStream(stream, { direction: BACKWARDS, fromRevision: END }));
    expect(backwards.map(numberOf)).toEqual([19, 18, 17]);
    await client.appendToStream(stream, numbered(20));
    expect((await collect(client.readStream(stream))).map(numberOf)).toEqual([18, 19, 20]);
  });

  it('cut a stream off at its beginning', async () => {
    const stream = await streamIn(50);
    await client.setStreamMetadata(stream, { truncateBefore: 40 });
    const numbers = Array.from({ length: 10 }, (_, n) => 40 + n);
    expect((await collect(client.readStream(stream, { fromRevision: START }))).map(numberOf)).toEqual(numbers);
    const backwards = await collect(client.readStream(stream, { direction: BACKWARDS, fromRevision: END }));
    expect(backwards.map(numberOf)).toEqual(numbers.toReversed());
    await client.setStreamMetadata(stream, { truncateBefore: 1_000 });
    expect(await collect(client.readStream(stream))).toEqual([]);
    expect((await client.appendToStream(stream, numbered(0), { expectedRevision: 49n })).nextExpectedRevision).toBe(
      50n,
    );
  });

  it('hide what is too old, once it is', async () => {
    const stream = await streamIn(3);
    await client.setStreamMetadata(stream, { maxAge: 1 });
    const visible = async (): Promise<number> => (await collect(client.readStream(stream))).length;
    const { vi } = await import('vitest');
    await vi.waitFor(async () => expect(await visible()).toBe(0), { timeout: 10_000, interval: 50 });
    await client.appendToStream(stream, numbered(3));
    expect((await collect(client.readStream(stream))).map(numberOf)).toEqual([3]);
  });

  it('that are malformed change nothing', async () => {
    const stream = await streamIn(3);
    await client.setStreamMetadata(stream, { $maxCount: 'two' } as never);
    expect(await collect(client.readStream(stream))).toHaveLength(3);
  });
});
