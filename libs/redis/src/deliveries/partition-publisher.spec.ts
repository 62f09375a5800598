import type { Delivery, PartitionBatch } from '@parley/ports';
import { beforeEach, expect, it } from 'vitest';
import type { RedisConnection } from '../connection/redis-connection.js';
import { decodeMessage } from './batch-codec.js';
import { RedisPartitionPublisher } from './partition-publisher.js';

let reachable: boolean;
let sends: (readonly PartitionBatch[])[];
let answers: (() => void)[];
let failures: number;
beforeEach(() => {
  reachable = true;
  sends = [];
  answers = [];
  failures = 0;
});

const batchOf = (channel: string, message: string): PartitionBatch => ({
  partition: Number(/\{(\d+)\}/.exec(channel)?.[1]),
  ...decodeMessage(message),
});

const connection = {
  name: (...parts: readonly (string | number)[]) => parts.join(':'),
  commands: {
    get reachable() {
      return reachable;
    },
  },
  failures: { report: () => failures++ },
  shards: {
    publish: (messages: readonly (readonly [string, string])[]) => {
      sends.push(messages.map(([channel, message]) => batchOf(channel, message)));
      return new Promise<void>((resolve) => answers.push(resolve));
    },
  },
} as unknown as RedisConnection;

const delivery = (position: number, length = 10): Delivery => ({
  to: 'user',
  userId: 'usr_1',
  position,
  change: 'x'.repeat(length),
});
const batch = (partition: number, previous: number, position: number, ...at: number[]): PartitionBatch => ({
  partition,
  previous,
  position,
  deliveries: at.map((each) => delivery(each)),
});
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
const spans = (): string[] =>
  sends.map((messages) =>
    messages
      .map(
        ({ partition, previous, position, deliveries }) => `${partition}:${previous}-${position}/${deliveries.length}`,
      )
      .join(' '),
  );

it('sends together what comes in one turn, joined where it follows each other', async () => {
  const publisher = new RedisPartitionPublisher(connection);
  await publisher.publish(batch(0, 0, 5, 3, 5));
  await publisher.publish(batch(1, 0, 5));
  await publisher.publish(batch(0, 5, 9, 7));
  await publisher.publish(batch(1, 7, 9));
  await publisher.publish(batch(0, 9, 9));
  expect(sends).toEqual([]);
  await turn();
  expect(spans()).toEqual(['0:0-9/3 0:9-9/0 1:0-5/0 1:7-9/0']);
});

it('gathers while Redis is busy, in order', async () => {
  const publisher = new RedisPartitionPublisher(connection);
  for (let position = 1; position <= 10; position++) {
    await publisher.publish(batch(0, position - 1, position, position));
    await turn();
  }
  expect(spans()).toEqual(['0:0-1/1', '0:1-2/1', '0:2-3/1', '0:3-4/1']);
  answers.shift()?.();
  await turn();
  expect(spans().at(-1)).toBe('0:4-10/6');
});

it('loses what waits when that is too much, or when Redis is away, and goes on', async () => {
  const publisher = new RedisPartitionPublisher(connection, { maxWaiting: 100 });
  await publisher.publish({ ...batch(0, 0, 1), deliveries: [delivery(1, 200)] });
  await turn();
  reachable = false;
  await publisher.publish(batch(0, 1, 2));
  await turn();
  expect(sends).toEqual([]);
  expect(failures).toBe(2);
  reachable = true;
  await publisher.publish(batch(0, 2, 3));
  await turn();
  expect(spans()).toEqual(['0:2-3/0']);
});
