import { randomUUID } from 'node:crypto';
import type { Delivery, PartitionBatch, PartitionPublisher } from '@parley/ports';
import type { RedisConnection } from '../connection/redis-connection.js';
import { encodeBatch } from './batch-codec.js';
import { deliveryChannel } from './batch-source.js';

export interface PartitionPublisherOptions {
  /** A larger batch is told in several messages, in characters. Default 256 Ki. */
  readonly maxMessage?: number;
  /** What may wait for Redis, in characters; beyond it all that waits is lost. Default 8 Mi. */
  readonly maxWaiting?: number;
}

/** Sends that were not answered yet; what comes meanwhile is gathered. */
const maxUnderWay = 4;

interface Waiting {
  readonly partition: number;
  readonly previous: number;
  position: number;
  readonly deliveries: Delivery[];
}

/**
 * Tells the gateways over Redis. What comes in one turn of the event loop, or while Redis is busy, is joined by partition
 * and sent together. Never holds up or fails the projector: what Redis does not take is lost, and whoever listens sees it
 * by `previous`.
 */
export class RedisPartitionPublisher implements PartitionPublisher {
  readonly #sender = randomUUID();
  readonly #maxMessage: number;
  readonly #maxWaiting: number;
  /** Of each partition in order; the last one may still grow. */
  readonly #waiting = new Map<number, Waiting[]>();
  #waitingSize = 0;
  #underWay = 0;
  #soon = false;

  constructor(
    private readonly connection: RedisConnection,
    { maxMessage = 2 ** 18, maxWaiting = 2 ** 23 }: PartitionPublisherOptions = {},
  ) {
    this.#maxMessage = maxMessage;
    this.#maxWaiting = maxWaiting;
  }

  publish(batch: PartitionBatch): Promise<void> {
    this.#join(batch);
    for (const { change } of batch.deliveries) this.#waitingSize += change.length;
    if (this.#waitingSize > this.#maxWaiting) this.#drop();
    else if (!this.#soon) {
      this.#soon = true;
      setImmediate(() => {
        this.#soon = false;
        this.#send();
      });
    }
    return Promise.resolve();
  }

  /** One batch that begins where the other ends is the same as both. */
  #join({ partition, previous, position, deliveries }: PartitionBatch): void {
    let waiting = this.#waiting.get(partition);
    if (waiting === undefined) this.#waiting.set(partition, (waiting = []));
    const last = waiting.at(-1);
    if (last !== undefined && last.position === previous && previous < position) {
      last.position = position;
      for (const delivery of deliveries) last.deliveries.push(delivery);
    } else waiting.push({ partition, previous, position, deliveries: [...deliveries] });
  }

  #send(): void {
    if (this.#underWay >= maxUnderWay || this.#waiting.size === 0) return;
    if (!this.connection.commands.reachable) {
      this.#drop();
      return;
    }
    const messages: (readonly [channel: string, message: string])[] = [];
    for (const [partition, batches] of this.#waiting) {
      const channel = deliveryChannel(this.connection, partition);
      for (const batch of batches) {
        for (const message of encodeBatch(batch, this.#maxMessage, this.#sender)) messages.push([channel, message]);
      }
    }
    this.#clear();
    this.#underWay++;
    this.connection.shards
      .publish(messages)
      .catch(() => {
        // Counted where it failed.
      })
      .finally(() => {
        this.#underWay--;
        this.#send();
      });
  }

  #drop(): void {
    this.#clear();
    this.connection.failures.report('publish', new Error('batches of deliveries were not sent'));
  }

  #clear(): void {
    this.#waiting.clear();
    this.#waitingSize = 0;
  }
}
