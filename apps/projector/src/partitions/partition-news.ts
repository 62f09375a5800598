import { type Span, spanning, tracer } from '@parley/platform/tracing';
import type { HistoryOperation, PartitionProjectorHost } from '@parley/ports';
import { composeDeliveries } from '../delivery/compose.js';
import type { DecodedBatch } from '../runner/decoded-batch.js';

/** While catching up nobody is told more often than this, in milliseconds. */
const catchUpNews = 250;

/**
 * What gateways are told of one partition, after it can be read. Each batch names the position before it: whoever does
 * not know that one has missed something and reads again. So a takeover, a failure and a long catch-up say a position
 * that nobody holds, instead of carrying deliveries that might not be complete.
 */
export class PartitionNews {
  #live = false;
  /** As of performance.now(), which is small in a young process. */
  #lastNews = -Infinity;

  constructor(
    private readonly partition: number,
    private readonly target: NonNullable<PartitionProjectorHost['deliveries']>,
  ) {}

  /** `history`: what the batch did to it; null when not all of it was applied by this very pass. */
  async tell(
    batch: DecodedBatch,
    previous: number,
    history: readonly HistoryOperation[] | null,
    span: Span | null = null,
  ): Promise<void> {
    const position = batch.checkpoint;
    if (!this.#live) {
      if (performance.now() - this.#lastNews >= catchUpNews) await this.#hole(position);
    } else if (history === null) {
      await this.#hole(position);
    } else {
      const { partition, target } = this;
      try {
        const begin = (name: 'compose' | 'publish') => (span === null ? null : tracer?.begin(name, span.traceparent));
        const composed = composeDeliveries(batch.events, history, target.reader);
        const deliveries = await spanning(begin('compose'), composed);
        await spanning(begin('publish'), target.publisher.publish({ partition, position, previous, deliveries }));
      } catch {
        await this.#hole(position);
      }
    }
  }

  /** The end of the partition is reached: from now on deliveries are carried. */
  async live(position: number): Promise<void> {
    if (this.#live) return;
    this.#live = true;
    await this.#hole(position);
  }

  /** Something failed: what has gathered meanwhile is caught up with. */
  interrupt(): void {
    this.#live = false;
    this.#lastNews = -Infinity;
  }

  /** A publication that is lost is found out by `previous` of the next one. */
  async #hole(position: number): Promise<void> {
    this.#lastNews = performance.now();
    const { partition, target } = this;
    await target.publisher.publish({ partition, position, previous: position, deliveries: [] }).catch(() => undefined);
  }
}
