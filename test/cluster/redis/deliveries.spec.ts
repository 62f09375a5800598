import { type Delivery, type DeliveryBatch, projectionNames } from '@parley/ports';
import { RedisPartitionPublisher, createProgressBus, OrderedDeliveries, type RedisConnection } from '@parley/redis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Checkpoints, listening, logger, newPrefix, open, redisUrl, until } from './redis.kit.js';

const partitions = 4;

const delivery = (position: number, length = 300): Delivery => ({
  to: 'conversation',
  conversationId: 'cnv_1',
  position,
  change: `${position} ${'ü"'.repeat(length / 2)}`,
});

describe('deliveries over Redis', () => {
  let connections: RedisConnection[];
  let gateways: OrderedDeliveries[];
  let heard: DeliveryBatch[][];
  let stored: Checkpoints;
  beforeEach(async () => {
    const prefix = newPrefix();
    connections = await Promise.all([0, 1, 2].map(() => open(redisUrl(), prefix)));
    stored = new Checkpoints();
    gateways = await Promise.all(
      connections.slice(1).map((connection) =>
        OrderedDeliveries.open(connection, {
          partitions,
          progress: createProgressBus(connection),
          timeline: stored,
          logger,
        }),
      ),
    );
    heard = gateways.map((gateway) => {
      const batches: DeliveryBatch[] = [];
      gateway.subscribe((batch) => batches.push(batch));
      return batches;
    });
    await listening(...connections.slice(1));
  });
  afterEach(async () => {
    for (const gateway of gateways) gateway.close();
    await Promise.all(connections.map((connection) => connection.close()));
  });

  it('come to every gateway in the order of the log, each once, with no gap', async () => {
    const publisher = new RedisPartitionPublisher(connections[0]!, { maxMessage: 4_000 });
    const told = Array.from({ length: partitions }, () => 0);
    const total = 4_000;
    for (let position = 1; position <= total; position += 20) {
      const at = Array.from({ length: 20 }, (_, i) => position + i);
      for (let partition = 0; partition < partitions; partition++) {
        const deliveries = at.filter((each) => each % partitions === partition).map((each) => delivery(each));
        const previous = told[partition]!;
        told[partition] = position + 19;
        stored.save(partition, position + 19);
        await publisher.publish({ partition, previous, position: position + 19, deliveries });
      }
      await until(() => heard.every((batches) => (batches.at(-1)?.position ?? 0) > position - 400));
    }
    await until(() => gateways.every((gateway) => gateway.safePosition() === total));
    await until(() => heard.every((batches) => batches.at(-1)?.position === total));
    for (const batches of heard) {
      let position = 0;
      for (const batch of batches) {
        expect(batch.previous).toBe(position);
        position = batch.position;
      }
      const positions = batches.flatMap(({ deliveries }) => deliveries.map((each) => each.position));
      expect(positions).toEqual(Array.from({ length: total }, (_, i) => i + 1));
      expect(batches.flatMap(({ deliveries }) => deliveries)[7]).toEqual(delivery(8));
    }
    expect(await gateways[0]!.waitFor(total, 5_000)).toBe(true);
  });

  it('come whole when they are too large for a message, and go on after it', async () => {
    const publisher = new RedisPartitionPublisher(connections[0]!, { maxMessage: 4_000 });
    const publish = (previous: number, position: number, ...deliveries: Delivery[]): Promise<unknown> =>
      Promise.all(
        Array.from({ length: partitions }, (_, partition) => {
          stored.save(partition, position);
          return publisher.publish({ partition, previous, position, deliveries: partition === 0 ? deliveries : [] });
        }),
      );
    const manyOfOneEvent = Array.from({ length: 30 }, () => delivery(6));
    await publish(0, 5, delivery(2), delivery(3, 10_000), delivery(4));
    await publish(5, 9, ...manyOfOneEvent, delivery(7));
    for (const batches of heard) {
      await until(() => batches.at(-1)?.position === 9);
      const told = batches.flatMap(({ deliveries }) => deliveries);
      expect(told).toEqual([delivery(2), delivery(3, 10_000), delivery(4), ...manyOfOneEvent, delivery(7)]);
    }
  });

  it('are waited for by position, people and search too', async () => {
    const progress = createProgressBus(connections[0]!);
    const waited = gateways[1]!.waitFor(10, 10_000);
    for (let partition = 0; partition < partitions; partition++) {
      for (const projection of projectionNames) progress.tell({ projection, partition, position: 12 });
    }
    expect(await waited).toBe(true);
    expect(await gateways[1]!.waitFor(13, 300)).toBe(false);
  });
});
