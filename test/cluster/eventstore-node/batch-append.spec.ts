import {
  DeadlineExceededError,
  MaxAppendSizeExceededError,
  NO_STREAM,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { credentials } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CompatibleNode } from '../../eventstore-node/index.js';
import { aNode, aStream, collect, failure, idsOf, manyNumbered, numbered, until } from './kit.js';

let node: CompatibleNode;
let client: EventStoreDBClient;

beforeAll(async () => {
  ({ node, client } = await aNode());
  // The client hands over its very first append later than those behind it.
  await client.appendToStream('warm-up', numbered(0));
});

describe('many appends over one call', () => {
  it('answers thousands made in one turn of the event loop', async () => {
    const stream = aStream();
    const value = 'A'.repeat(100);
    const events = Array.from({ length: 2_000 }, (_, n) => ({ ...numbered(n), data: { n, value } }));
    const results = await Promise.all(
      events.map((event) => client.appendToStream(stream, event, { deadline: 120_000 })),
    );
    expect(new Set(results.map((result) => result.nextExpectedRevision)).size).toBe(2_000);
    expect(idsOf(await collect(client.readStream(stream)))).toEqual(idsOf(events));
  });

  it('judges them in the order in which they were sent', async () => {
    const stream = aStream();
    const sent = Array.from({ length: 200 }, (_, n) =>
      client.appendToStream(stream, numbered(n), { expectedRevision: n === 0 ? NO_STREAM : BigInt(n - 1) }),
    );
    const results = await Promise.all(sent);
    expect(results.map((result) => result.nextExpectedRevision)).toEqual(sent.map((_, n) => BigInt(n)));
  });

  it('refuses one without hurting the others', async () => {
    const stream = aStream();
    const outcomes = await Promise.allSettled([
      client.appendToStream(stream, numbered(0)),
      client.appendToStream(stream, numbered(1), { expectedRevision: 7n }),
      client.appendToStream(stream, numbered(2)),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await collect(client.readStream(stream))).toHaveLength(2);
  });

  it('joins an append that was cut into many messages', async () => {
    const stream = aStream();
    const events = manyNumbered(5_000);
    const result = await client.appendToStream(stream, events, { batchAppendSize: 1024 });
    expect(result.nextExpectedRevision).toBe(4_999n);
    expect(idsOf(await collect(client.readStream(stream)))).toEqual(idsOf(events));
  });

  it('ends one whose deadline has passed when it arrives', async () => {
    const stream = aStream();
    const error = await failure(client.appendToStream(stream, manyNumbered(20_000), { deadline: 1 }));
    expect(error).toBeInstanceOf(DeadlineExceededError);
    expect((await client.appendToStream(stream, numbered(0))).nextExpectedRevision).toBe(0n);
  });

  it('refuses one that is too large though it comes in small messages', async () => {
    const stream = aStream();
    const large = Array.from({ length: 1_100 }, (_, n) => ({ ...numbered(n), data: { n, filler: 'x'.repeat(1_000) } }));
    const error = await failure(client.appendToStream(stream, large, { batchAppendSize: 4_096 }));
    expect(error).toBeInstanceOf(MaxAppendSizeExceededError);
    expect(error).toMatchObject({ maxAppendSize: 1024 * 1024 });
    expect((await client.appendToStream(stream, numbered(0))).nextExpectedRevision).toBe(0n);
  });

  it('names the stream in what it refuses', async () => {
    const stream = aStream();
    await client.appendToStream(stream, numbered(0));
    const error = await failure(client.appendToStream(stream, numbered(1), { expectedRevision: NO_STREAM }));
    expect(error).toBeInstanceOf(WrongExpectedVersionError);
    expect(error).toMatchObject({ streamName: stream, actualVersion: 0n, expectedVersion: NO_STREAM });
  });
});

const aRequest = (correlation: string): InstanceType<typeof streams.BatchAppendReq> => {
  const request = new streams.BatchAppendReq();
  const id = new shared.UUID();
  id.setString(correlation);
  request.setCorrelationId(id);
  request.setIsFinal(true);
  return request;
};

const open = (
  port: number,
): {
  write: (request: ReturnType<typeof aRequest>) => void;
  answers: BatchAppendResp[];
  end: () => void;
} => {
  const raw = new streamsGrpc.StreamsClient(`127.0.0.1:${String(port)}`, credentials.createInsecure());
  const answers: BatchAppendResp[] = [];
  const duplex = raw.batchAppend();
  duplex.on('data', (answer: BatchAppendResp) => answers.push(answer));
  duplex.on('error', () => undefined);
  return {
    answers,
    write: (request) => void duplex.write(request),
    end: () => {
      duplex.end();
      raw.close();
    },
  };
};
describe('requests that the client never makes', () => {
  it('refuses an event without a type as a bad request', async () => {
    const { write, answers, end } = open(node.port);
    const request = aRequest(randomUUID());
    const options = new streams.BatchAppendReq.Options();
    const identifier = new shared.StreamIdentifier();
    identifier.setStreamName(Buffer.from(aStream()));
    options.setStreamIdentifier(identifier);
    options.setStreamPosition((2n ** 64n - 1n).toString());
    request.setOptions(options);
    const message = new streams.BatchAppendReq.ProposedMessage();
    const id = new shared.UUID();
    id.setString(randomUUID());
    message.setId(id);
    request.addProposedMessages(message);
    write(request);
    await until(() => answers.length === 1, 'the request is answered');
    end();
    expect(answers[0]?.getError()?.getMessage()).toBe('BadRequest');
    expect(answers[0]?.getError()?.getDetails()?.getTypeName()).toBe('event_store.client.BadRequest');
  });

  it('leaves a continuation of what it does not know unanswered, and answers what follows', async () => {
    const { write, answers, end } = open(node.port);
    write(aRequest(randomUUID()));
    const incomplete = aRequest(randomUUID());
    incomplete.setOptions(new streams.BatchAppendReq.Options());
    write(incomplete);
    await until(() => answers.length === 1, 'the second request is answered');
    end();
    expect(answers[0]?.getError()?.getMessage()).toBe('BadRequest');
  });

  it('answers a part that is never completed with a timeout', async () => {
    const { node } = await aNode({ limits: { writeTimeoutMs: 100 } });
    const { write, answers, end } = open(node.port);
    const request = aRequest(randomUUID());
    const options = new streams.BatchAppendReq.Options();
    const identifier = new shared.StreamIdentifier();
    identifier.setStreamName(Buffer.from(aStream()));
    options.setStreamIdentifier(identifier);
    options.setStreamPosition((2n ** 64n - 1n).toString());
    request.setOptions(options);
    request.setIsFinal(false);
    write(request);
    await until(() => answers.length === 1, 'the request is answered');
    end();
    expect(answers[0]?.getError()?.getDetails()?.getTypeName()).toBe('event_store.client.Timeout');
  });
});
