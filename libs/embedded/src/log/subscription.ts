import {
  EventLogUnavailable,
  type EventBatch,
  type EventLogReader,
  type EventSubscription,
  type SubscribeOptions,
} from '@parley/ports';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { EventLogDamaged } from './event-checksum.js';
import { observe, waitForRise, type HeadSignal } from './head-signal.js';

/** Milliseconds between looks where no signal reaches, and between attempts while the log cannot be read. */
const lookEvery = 20;
const retryAfter = 250;

/**
 * Past and live are the same reads of the same table from the same checkpoint: there is no seam to lose events in. The
 * signal only says when to look again, and is observed before each read.
 */
export class LogSubscription implements EventSubscription {
  #position: number;
  #closed = false;
  readonly #ended = Promise.withResolvers<void>();

  constructor(
    private readonly reader: Pick<EventLogReader, 'readAll'>,
    private readonly signal: HeadSignal | null,
    private readonly options: SubscribeOptions,
    private readonly onClose: () => void,
  ) {
    this.#position = options.after;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onClose();
    this.#ended.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EventBatch, void, void> {
    try {
      while (!this.#closed) {
        const seen = this.signal === null ? 0 : observe(this.signal);
        const batch = await this.#read();
        if (batch === null) await this.#endOr(pause(retryAfter, undefined, { ref: false }));
        else if (batch.checkpoint > this.#position) {
          this.#position = batch.checkpoint;
          yield batch;
          // A long past must not keep the thread from its other work.
          await nextTurn();
        } else await this.#endOr(this.#news(seen));
      }
    } finally {
      this.close();
    }
  }

  /** null: the log cannot be read just now. */
  async #read(): Promise<EventBatch | null> {
    const { filter, maxBatch: limit = 1_024 } = this.options;
    try {
      const page = await this.reader.readAll({
        after: this.#position,
        limit,
        ...(filter === undefined ? {} : { filter }),
      });
      return { events: page.events, checkpoint: page.considered, live: page.atEnd };
    } catch (error) {
      // Waiting mends no damage: whoever reads must say it, and go no further.
      if (error instanceof EventLogUnavailable && !(error instanceof EventLogDamaged)) return null;
      throw error;
    }
  }

  #news(seen: number): Promise<unknown> {
    if (this.signal === null) return pause(lookEvery, undefined, { ref: false });
    return waitForRise(this.signal, seen);
  }

  async #endOr(other: Promise<unknown>): Promise<void> {
    await Promise.race([other, this.#ended.promise]);
  }
}
