import { EventStoreDBClient } from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { credentials, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CompatibleNode } from '../../eventstore-node/index.js';
import { aNode, aStream, manyNumbered, numbered } from './kit.js';

/** Requests that other clients make and the one for Node does not. */

let node: CompatibleNode;
let client: EventStoreDBClient;

beforeAll(async () => {
  ({ node, client } = await aNode());
});

const read = (request: ReadReq): Promise<{ answers: ReadResp[]; error: ServiceError | null }> =>
  new Promise((resolve) => {
    const raw = new streamsGrpc.StreamsClient(`127.0.0.1:${String(node.port)}`, credentials.createInsecure());
    const answers: ReadResp[] = [];
    const done = (error: ServiceError | null): void => {
      raw.close();
      resolve({ answers, error });
    };
    raw
      .read(request)
      .on('data', (answer: ReadResp) => answers.push(answer))
      .on('error', done)
      .on('end', () => done(null));
  });

const aRead = (
  stream: string,
  options: { compatibility?: number; revision?: number; structured?: boolean } = {},
): ReadReq => {
  const request = new streams.ReadReq();
  const read = new streams.ReadReq.Options();
  const from = new streams.ReadReq.Options.StreamOptions();
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  from.setStreamIdentifier(identifier);
  from.setRevision(String(options.revision ?? 0));
  const uuids = new streams.ReadReq.Options.UUIDOption();
  if (options.structured === true) uuids.setStructured(new shared.Empty());
  else uuids.setString(new shared.Empty());
  const control = new streams.ReadReq.Options.ControlOption();
  control.setCompatibility(options.compatibility ?? 0);
  read.setControlOption(control);
  read.setStream(from);
  read.setUuidOption(uuids);
  read.setCount('1000');
  read.setNoFilter(new shared.Empty());
  request.setOptions(read);
  return request;
};

/** A filtered read of $all. */
const aFilteredRead = (prefix: string, count: number, backwards: boolean): ReadReq => {
  const request = aRead('');
  const read = request.getOptions();
  const all = new streams.ReadReq.Options.AllOptions();
  if (backwards) all.setEnd(new shared.Empty());
  else all.setStart(new shared.Empty());
  const expression = new streams.ReadReq.Options.FilterOptions.Expression();
  expression.setPrefixList([prefix]);
  const filter = new streams.ReadReq.Options.FilterOptions();
  filter.setStreamIdentifier(expression);
  filter.setMax(7);
  read?.setAll(all);
  read?.setFilter(filter);
  read?.setCount(String(count));
  const { BACKWARDS, FORWARDS } = streams.ReadReq.Options.ReadDirection;
  read?.setReadDirection(backwards ? BACKWARDS : FORWARDS);
  return request;
};

describe('reads of other clients', () => {
  it('are told where the stream ends, and where it begins when they began before that', async () => {
    const stream = aStream();
    await client.appendToStream(stream, manyNumbered(50));
    const whole = await read(aRead(stream, { compatibility: 1 }));
    expect(whole.answers.at(-1)?.getLastStreamPosition()).toBe('49');
    expect(whole.answers).toHaveLength(51);
    await client.setStreamMetadata(stream, { truncateBefore: 45 });
    const truncated = await read(aRead(stream, { compatibility: 1 }));
    expect(truncated.answers[0]?.getFirstStreamPosition()).toBe('45');
    expect(truncated.answers.at(-1)?.getLastStreamPosition()).toBe('49');
    expect(truncated.answers).toHaveLength(7);
    const silent = await read(aRead(stream));
    expect(silent.answers).toHaveLength(5);
  });

  it('get ids in the form they ask for', async () => {
    const stream = aStream();
    const [event] = manyNumbered(1).map((one) => ({ ...one, id: 'ffeeddcc-bbaa-4988-b766-554433221100' }));
    if (event !== undefined) await client.appendToStream(stream, event);
    const text = await read(aRead(stream));
    const structured = await read(aRead(stream, { structured: true }));
    expect(text.answers[0]?.getEvent()?.getEvent()?.getId()?.getString()).toBe(event?.id);
    const bits = structured.answers[0]?.getEvent()?.getEvent()?.getId()?.getStructured();
    expect(BigInt.asUintN(64, BigInt(bits?.getMostSignificantBits() ?? 0))).toBe(0xffeeddccbbaa4988n);
    expect(BigInt.asUintN(64, BigInt(bits?.getLeastSignificantBits() ?? 0))).toBe(0xb766554433221100n);
  });

  it('are filtered on request, in both directions, also where they are not subscriptions', async () => {
    const wanted = aStream('wanted');
    for (let n = 0; n < 20; n += 1) {
      await client.appendToStream('noise', manyNumbered(10));
      await client.appendToStream(wanted, numbered(n));
    }
    const revisions = async (count: number, backwards: boolean): Promise<number[]> => {
      const { answers } = await read(aFilteredRead(wanted, count, backwards));
      return answers.map((answer) => Number(answer.getEvent()?.getEvent()?.getStreamRevision()));
    };
    const all = Array.from({ length: 20 }, (_, n) => n);
    expect(await revisions(1_000, false)).toEqual(all);
    expect(await revisions(1_000, true)).toEqual(all.toReversed());
    expect(await revisions(3, false)).toEqual([0, 1, 2]);
    expect(await revisions(3, true)).toEqual([19, 18, 17]);
  });

  it('that make no sense are refused', async () => {
    const backwardsSubscription = aRead(aStream());
    const options = backwardsSubscription.getOptions();
    options?.setReadDirection(streams.ReadReq.Options.ReadDirection.BACKWARDS);
    options?.setSubscription(new streams.ReadReq.Options.SubscriptionOptions());
    const first = await read(backwardsSubscription);
    expect(first.error?.code).toBe(status.INVALID_ARGUMENT);
    expect(first.error?.details).toBe('The combination of (Stream, Subscription, Backwards, NoFilter) is invalid.');
    expect((await read(new streams.ReadReq())).error?.code).toBe(status.UNKNOWN);
  });
});
