import type { Logger } from '@parley/platform';
import type { Leases, PartitionBatch, PartitionCheckpoint, PartitionPublisher, ProgressBus } from '@parley/ports';
import {
  type BatchSource,
  createLeases,
  createProgressBus,
  type RedisConnection,
  RedisPartitionPublisher,
} from '@parley/redis';

/** How projectors tell gateways what can be read. */
export interface DeliveryRoute {
  readonly publisher: PartitionPublisher;
  readonly progress: ProgressBus;
  /** Where gateways hear it. */
  readonly from: RedisConnection | { readonly source: BatchSource };
  /** null: nobody else is there to share work with. */
  readonly leases: Leases | null;
  close(): void;
}

export function routeByRedis(redis: RedisConnection, logger: Logger): DeliveryRoute {
  const progress = createProgressBus(redis);
  return {
    publisher: new RedisPartitionPublisher(redis),
    progress,
    from: redis,
    leases: createLeases(redis, { logger }),
    close: () => progress.close(),
  };
}

/** Projector and gateway are one process: nothing is lost on the way. */
export function routeHere(): DeliveryRoute {
  const batches = new Listeners<PartitionBatch>();
  const progress = new Listeners<PartitionCheckpoint>();
  return {
    publisher: {
      async publish(batch) {
        batches.tell(batch);
      },
    },
    progress: {
      tell: (checkpoint) => progress.tell(checkpoint),
      subscribe: (listener) => progress.add(listener),
    },
    from: {
      source: { listening: true, subscribe: (listener) => batches.add(listener), onListening: () => () => undefined },
    },
    leases: null,
    close: () => undefined,
  };
}

class Listeners<Message> {
  readonly #listeners = new Set<(message: Message) => void>();

  add(listener: (message: Message) => void): () => void {
    const own = (message: Message): void => listener(message);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  tell(message: Message): void {
    for (const listener of this.#listeners) listener(message);
  }
}
