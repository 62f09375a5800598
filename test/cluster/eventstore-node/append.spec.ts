import {
  ANY,
  binaryEvent,
  jsonEvent,
  MaxAppendSizeExceededError,
  NO_STREAM,
  STREAM_EXISTS,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import type { AppendExpectedRevision, EventStoreDBClient } from '@eventstore/db-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { aNode, appendPaths, aStream, collect, failure, idsOf, manyNumbered, numbered } from './kit.js';

let client: EventStoreDBClient;

beforeAll(async () => {
  ({ client } = await aNode());
});

const half = (): ReturnType<typeof binaryEvent> => binaryEvent({ type: 'half', data: Buffer.alloc(512 * 1024) });

const wrong = async (call: Promise<unknown>): Promise<WrongExpectedVersionError> => {
  const error = await failure(call);
  expect(error).toBeInstanceOf(WrongExpectedVersionError);
  return error as WrongExpectedVersionError;
};

describe.each(appendPaths)('appends by $path', ({ options }) => {
  it('numbers the events of a stream from 0 and answers with the last one', async () => {
    const stream = aStream();
    const first = await client.appendToStream(stream, manyNumbered(3), options);
    const second = await client.appendToStream(stream, manyNumbered(2), options);
    expect(first).toMatchObject({ success: true, nextExpectedRevision: 2n });
    expect(second).toMatchObject({ success: true, nextExpectedRevision: 4n });
    const events = await collect(client.readStream(stream));
    expect(events.map(({ event }) => event?.revision)).toEqual([0n, 1n, 2n, 3n, 4n]);
    expect(events[2]?.event?.position).toEqual(first.position);
    expect(events[4]?.event?.position).toEqual(second.position);
  });

  it('keeps data and metadata, in JSON and in bytes, to the last byte', async () => {
    const stream = aStream('Ströme 🌊');
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    await client.appendToStream(
      stream,
      [
        jsonEvent({ type: 'json', data: { text: 'ąĘ\u0018🎈' }, metadata: { why: 'because' } }),
        binaryEvent({ type: 'bytes', data: bytes, metadata: bytes }),
        jsonEvent({ type: 'text', data: 'CC ‐ 1830' }),
      ],
      options,
    );
    const [json, binary, text] = await collect(client.readStream(stream));
    expect(json?.event).toMatchObject({ isJson: true, type: 'json', data: { text: 'ąĘ\u0018🎈' }, streamId: stream });
    expect(json?.event?.metadata).toEqual({ why: 'because' });
    expect(binary?.event).toMatchObject({ isJson: false, type: 'bytes' });
    expect(Buffer.from(binary?.event?.data as Uint8Array)).toEqual(Buffer.from(bytes));
    expect(Buffer.from(binary?.event?.metadata as Uint8Array)).toEqual(Buffer.from(bytes));
    expect(text?.event?.data).toBe('CC ‐ 1830');
    expect(text?.event?.metadata).toBeUndefined();
  });

  it('says when it accepted an event', async () => {
    const stream = aStream();
    const before = Date.now();
    await client.appendToStream(stream, numbered(0), options);
    const after = Date.now();
    const [read] = await collect(client.readStream(stream));
    expect(read?.event?.created.getTime()).toBeGreaterThanOrEqual(before);
    expect(read?.event?.created.getTime()).toBeLessThanOrEqual(after);
  });

  it('takes any revision, also where no stream is', async () => {
    const stream = aStream();
    await client.appendToStream(stream, numbered(0), { ...options, expectedRevision: ANY });
    const { nextExpectedRevision } = await client.appendToStream(stream, numbered(1), {
      ...options,
      expectedRevision: ANY,
    });
    expect(nextExpectedRevision).toBe(1n);
  });

  it('expects no stream', async () => {
    const stream = aStream();
    await client.appendToStream(stream, manyNumbered(2), { ...options, expectedRevision: NO_STREAM });
    const error = await wrong(client.appendToStream(stream, numbered(9), { ...options, expectedRevision: NO_STREAM }));
    expect(error).toMatchObject({ streamName: stream, expectedVersion: NO_STREAM, actualVersion: 1n });
  });

  it('expects that the stream exists', async () => {
    const stream = aStream();
    const error = await wrong(
      client.appendToStream(stream, numbered(0), { ...options, expectedRevision: STREAM_EXISTS }),
    );
    expect(error).toMatchObject({ streamName: stream, expectedVersion: STREAM_EXISTS, actualVersion: NO_STREAM });
    await client.appendToStream(stream, numbered(0), options);
    await client.appendToStream(stream, numbered(1), { ...options, expectedRevision: STREAM_EXISTS });
  });

  it('counts a stream of which only the metadata is there as existing', async () => {
    const stream = aStream();
    await client.setStreamMetadata(stream, { maxCount: 10 });
    const result = await client.appendToStream(stream, numbered(0), { ...options, expectedRevision: STREAM_EXISTS });
    expect(result.nextExpectedRevision).toBe(0n);
  });

  it('expects an exact revision', async () => {
    const stream = aStream();
    expect(await wrong(client.appendToStream(stream, numbered(0), { ...options, expectedRevision: 0n }))).toMatchObject(
      {
        expectedVersion: 0n,
        actualVersion: NO_STREAM,
      },
    );
    await client.appendToStream(stream, manyNumbered(2), options);
    await client.appendToStream(stream, numbered(2), { ...options, expectedRevision: 1n });
    for (const expectedRevision of [0n, 1n, 3n]) {
      const error = await wrong(client.appendToStream(stream, numbered(9), { ...options, expectedRevision }));
      expect(error).toMatchObject({ streamName: stream, expectedVersion: expectedRevision, actualVersion: 2n });
    }
    expect(await collect(client.readStream(stream))).toHaveLength(3);
  });

  it.each<AppendExpectedRevision>([ANY, NO_STREAM, 1n])(
    'answers a repetition as the first time, expecting %s',
    async (expected) => {
      const stream = aStream();
      if (typeof expected === 'bigint') await client.appendToStream(stream, manyNumbered(2), options);
      const events = manyNumbered(3);
      const first = await client.appendToStream(stream, events, { ...options, expectedRevision: expected });
      const again = await client.appendToStream(stream, events, { ...options, expectedRevision: expected });
      expect(again).toEqual(first);
      await client.appendToStream(stream, numbered(9), options);
      const late = await client.appendToStream(stream, events, { ...options, expectedRevision: expected });
      expect(late).toEqual(first);
      expect(idsOf(await collect(client.readStream(stream))).filter((id) => idsOf(events).includes(id))).toHaveLength(
        3,
      );
    },
  );

  it('answers a repetition as the first time, expecting the stream to exist', async () => {
    const stream = aStream();
    await client.appendToStream(stream, numbered(0), options);
    const events = manyNumbered(2);
    const expecting = { ...options, expectedRevision: STREAM_EXISTS } as const;
    const first = await client.appendToStream(stream, events, expecting);
    expect(await client.appendToStream(stream, events, expecting)).toEqual(first);
  });

  it('takes a part of a former append for its repetition', async () => {
    const stream = aStream();
    const events = manyNumbered(3);
    await client.appendToStream(stream, events, options);
    const head = await client.appendToStream(stream, events.slice(0, 2), { ...options, expectedRevision: NO_STREAM });
    const tail = await client.appendToStream(stream, events.slice(1), { ...options, expectedRevision: 0n });
    expect(head.nextExpectedRevision).toBe(1n);
    expect(tail.nextExpectedRevision).toBe(2n);
  });

  it('refuses an append of which only the beginning is there already', async () => {
    const stream = aStream();
    const known = numbered(0);
    await client.appendToStream(stream, known, options);
    for (const expectedRevision of [ANY, STREAM_EXISTS, NO_STREAM] as const) {
      const error = await wrong(client.appendToStream(stream, [known, numbered(1)], { ...options, expectedRevision }));
      expect(error.actualVersion).toBe(0n);
    }
    expect(await collect(client.readStream(stream))).toHaveLength(1);
  });

  it('writes the same id again where it comes behind a new one, or in another stream', async () => {
    const known = numbered(0);
    const [one, other] = [aStream(), aStream()];
    await client.appendToStream(one, known, options);
    await client.appendToStream(one, [numbered(1), known], options);
    await client.appendToStream(other, known, options);
    expect(await collect(client.readStream(one))).toHaveLength(3);
    expect(await collect(client.readStream(other))).toHaveLength(1);
  });

  it('refuses an id at another place than it has, where an exact revision is expected', async () => {
    const stream = aStream();
    const events = manyNumbered(3);
    await client.appendToStream(stream, events, options);
    const misplaced = client.appendToStream(stream, events.slice(1, 2), { ...options, expectedRevision: 1n });
    expect((await wrong(misplaced)).actualVersion).toBe(2n);
  });

  it('writes nothing of an append that is too large', async () => {
    const stream = aStream();
    await client.appendToStream(stream, [half(), half()], options);
    const error = await failure(client.appendToStream(stream, [half(), half(), numbered(0)], options));
    expect(error).toBeInstanceOf(MaxAppendSizeExceededError);
    expect(error).toMatchObject({ maxAppendSize: 1024 * 1024 });
    expect(await collect(client.readStream(stream))).toHaveLength(2);
  });

  it('answers an append of nothing with the revision that is there', async () => {
    const stream = aStream();
    await client.appendToStream(stream, manyNumbered(2), options);
    const result = await client.appendToStream(stream, [], { ...options, expectedRevision: 1n });
    expect(result).toMatchObject({ success: true, nextExpectedRevision: 1n });
    await wrong(client.appendToStream(stream, [], { ...options, expectedRevision: 0n }));
  });

  it('answers a failure instead of throwing it, where the client wants that', async () => {
    const { node } = await aNode();
    const { EventStoreDBClient } = await import('@eventstore/db-client');
    const lenient = EventStoreDBClient.connectionString(`${node.connectionString}&throwOnAppendFailure=false`);
    const stream = aStream();
    await lenient.appendToStream(stream, manyNumbered(2), options);
    const refused = await lenient.appendToStream(stream, numbered(0), { ...options, expectedRevision: NO_STREAM });
    expect(refused.success).toBe(false);
  });
});
