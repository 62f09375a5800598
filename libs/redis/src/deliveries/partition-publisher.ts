import type { PartitionBatch, PartitionPublisher } from '@parley/ports';
import type { RedisConnection } from '../connection/redis-connection.js';
import { deliveryChannel } from './batch-source.js';
import { encodeBatch } from './batch-codec.js';

export interface PartitionPublisherOptions {
  /** A larger batch is told in parts, in characters. Default 256 Ki. */
  readonly maxMessage?: number;
  /** What may be on its way, in characters; beyond it batches are lost. Default 16 Mi. */
  readonly maxUnanswered?: number;
}

/**
 * Tells the gateways over Redis. Never holds up or fails the projector: what Redis does not take is lost, and whoever
 * listens sees it by `previous`.
 */
export function createPartitionPublisher(
  connection: RedisConnection,
  { maxMessage = 2 ** 18, maxUnanswered = 2 ** 24 }: PartitionPublisherOptions = {},
): PartitionPublisher {
  const { shards, commands, failures } = connection;
  let unanswered = 0;
  const send = (channel: string, message: string): void => {
    if (!commands.reachable || unanswered + message.length > maxUnanswered) {
      failures.report('publish', new Error('a batch of deliveries was not sent'));
      return;
    }
    unanswered += message.length;
    shards
      .publish(channel, message)
      .catch(() => {
        // Counted where it failed.
      })
      .finally(() => (unanswered -= message.length));
  };
  return {
    publish(batch: PartitionBatch): Promise<void> {
      const channel = deliveryChannel(connection, batch.partition);
      for (const message of encodeBatch(batch, maxMessage)) send(channel, message);
      return Promise.resolve();
    },
  };
}
