import type { Delivery, PartitionBatch } from '@parley/ports';
import { type BatchMessage, type BatchPart, decodeMessage } from './batch-codec.js';

interface Unfinished {
  readonly first: BatchMessage;
  readonly sender: string;
  readonly deliveries: Delivery[];
  parts: number;
  length: number;
}

/**
 * Makes batches of one partition's messages. What is not there whole is left out: the batch after it names a position
 * that nobody holds, so the receiver finds the hole and reads again.
 */
export class BatchAssembly {
  #unfinished: Unfinished | null = null;

  constructor(
    private readonly partition: number,
    /** Of a batch that is not there whole, in characters. As much as a sender keeps. */
    private readonly maxKept = 2 ** 23,
  ) {}

  /**
   * null: more of it is still to come, or some of it was lost.
   * @throws Error when it is no message of `encodeBatch`
   */
  take(message: string): PartitionBatch | null {
    const decoded = decodeMessage(message);
    const { previous, position, deliveries, part } = decoded;
    if (part !== undefined) return this.#join(decoded, part, message.length);
    this.#unfinished = null;
    return { partition: this.partition, previous, position, deliveries };
  }

  #join(message: BatchMessage, part: BatchPart, length: number): PartitionBatch | null {
    const { previous, position, deliveries } = message;
    if (part.number === 0) {
      this.#unfinished = { first: message, sender: part.sender, deliveries: [], parts: 0, length: 0 };
    }
    const unfinished = this.#unfinished;
    if (unfinished === null) return null;
    const { first, sender, parts } = unfinished;
    const isNext = sender === part.sender && first.position === position && first.previous === previous;
    unfinished.length += length;
    if (!isNext || parts !== part.number || unfinished.length > this.maxKept) {
      this.#unfinished = null;
      return null;
    }
    unfinished.parts++;
    for (const delivery of deliveries) unfinished.deliveries.push(delivery);
    if (!part.last) return null;
    this.#unfinished = null;
    return { partition: this.partition, previous, position, deliveries: unfinished.deliveries };
  }
}
