import type { PartitionBatch } from '@parley/ports';
import type { RedisConnection } from '../connection/redis-connection.js';
import { BatchAssembly } from './batch-assembly.js';

/** Where a gateway hears the batches of all partitions; some may be missing. */
export interface BatchSource {
  subscribe(listener: (batch: PartitionBatch) => void): () => void;
  /** false: nothing can be heard at the moment. */
  readonly listening: boolean;
  /** It can be heard, for the first time or again: what was told before may have been missed. */
  onListening(listener: () => void): () => void;
}

/**
 * One channel a partition: in a cluster they lie on different nodes. `2`: of the form of what is told. A gateway that
 * does not know a limit of a delivery would show it to everybody; on a channel of another form it hears nothing, and reads.
 */
export const deliveryChannel = (connection: RedisConnection, partition: number): string =>
  connection.name('deliveries', 2, `{${partition}}`);

export function createBatchSource(connection: RedisConnection, partitions: number): BatchSource {
  const { shards, failures } = connection;
  return {
    subscribe(listener) {
      const ends = Array.from({ length: partitions }, (_, partition) => {
        const assembly = new BatchAssembly(partition);
        return shards.subscribe(deliveryChannel(connection, partition), (message) => {
          let batch: PartitionBatch | null;
          try {
            batch = assembly.take(message);
          } catch (error) {
            failures.report('decode', error);
            return;
          }
          if (batch !== null) listener(batch);
        });
      });
      return () => ends.forEach((end) => end());
    },
    get listening() {
      return shards.listening;
    },
    onListening: (listener) => shards.onListening(listener),
  };
}
