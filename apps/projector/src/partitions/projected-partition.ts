import type { RecordedEvent } from '@parley/events';
import { type Span, spanning, traceparentOf, tracer } from '@parley/platform/tracing';
import {
  type FeedBatch,
  type HistoryOperation,
  type LaneStatus,
  type PartitionProjectorHost,
  type Projection,
  type ProjectionName,
  StoreReplaced,
} from '@parley/ports';
import { cutAtDepartures } from '../delivery/cut.js';
import { decodeBatch, reasonOf, type DecodedBatch } from '../runner/decoded-batch.js';
import { Lane } from '../runner/lane.js';
import { Letters } from './letters.js';
import { partitionLog } from './partition-log.js';
import { PartitionNews } from './partition-news.js';

/**
 * One partition while it is ours: its projections go along side by side, each with a store and a checkpoint of its own.
 * A batch counts as taken when all of them have it; then it is told. What fails is opened again and catches up before
 * the next batch is looked at.
 */
export class ProjectedPartition {
  readonly lanes: readonly Lane[];
  readonly #letters: Letters;
  readonly #news: PartitionNews | null;
  readonly #opened = new Set<Lane>();
  #position = 0;
  #live = false;
  /** Why events could not be recorded. */
  #recordError: string | null = null;
  #tail: Promise<unknown> = Promise.resolve();
  #saving = false;
  #discarded = false;

  constructor(
    readonly partition: number,
    projections: readonly Projection[],
    private readonly host: PartitionProjectorHost,
  ) {
    const log = partitionLog(host.log, host.feed, partition);
    this.#letters = new Letters(partition, host.deadLetters, log);
    this.#news = host.deliveries === undefined ? null : new PartitionNews(partition, host.deliveries);
    this.lanes = projections.map(
      (projection) =>
        new Lane(
          projection,
          log,
          () => host.openStore(projection, partition),
          (parked) => this.#letters.send(projection.name, parked),
        ),
    );
  }

  status(): readonly LaneStatus[] {
    const error = this.#recordError;
    return this.lanes.map((lane) => {
      const status = lane.status(this.#live);
      return error === null ? status : { ...status, state: 'failed', error };
    });
  }

  /** Changes whenever its status says something else, but for the position. */
  get condition(): string {
    return this.status()
      .map(({ state, parked, error }) => `${state} ${parked} ${error}`)
      .join();
  }

  /** Opens all stores; answers the lowest checkpoint. @throws what a store throws; to be called again then. */
  open(): Promise<number> {
    return this.#exclusively(async () => {
      await Promise.all(
        this.lanes.map(async (lane) => {
          if (this.#opened.has(lane)) return;
          try {
            await lane.open();
            lane.recovered();
            this.#opened.add(lane);
          } catch (error) {
            lane.fail(error);
            throw error;
          }
        }),
      );
      this.#position = Math.min(...this.lanes.map((lane) => lane.position));
      return this.#position;
    });
  }

  /** @throws what a store throws; the same batch is to be given again then. What was applied is not applied twice. */
  take(batch: FeedBatch, signal: AbortSignal): Promise<void> {
    return this.#exclusively(() => {
      const { host, partition } = this;
      const span = tracer?.beginBatch(`project ${host.group}`, batch.events.map(traceparentOf), {
        kind: 'consumer',
        attributes: { 'messaging.batch.message_count': batch.events.length, 'parley.partition': partition },
      });
      return spanning(span, this.#take(batch, signal, span ?? null));
    });
  }

  async #take(batch: FeedBatch, signal: AbortSignal, span: Span | null): Promise<void> {
    await this.#recover();
    const events = batch.events.filter(({ position }) => position > this.#position);
    // Beside the rows: no checkpoint moves before it is through.
    const recorded = spanning(span === null ? null : tracer?.begin('record', span.traceparent), this.#record(events));
    recorded.catch(() => undefined);
    this.#letters.of(events);
    const decoded = decodeBatch(events, batch.checkpoint);
    for (const part of this.#news === null ? [decoded] : cutAtDepartures(decoded)) {
      signal.throwIfAborted();
      if (part.checkpoint > this.#position) await this.#projectWhereItBelongs(part, recorded, span);
    }
    await recorded;
    if (batch.live) {
      this.#live = true;
      await this.#news?.live(this.#position);
    }
    this.tellProgress();
  }

  tellProgress(): void {
    for (const { name, position, failed } of this.lanes) {
      if (!failed) this.host.progress.tell({ projection: name, partition: this.partition, position });
    }
  }

  /** Saves checkpoints that lag behind where nothing concerned a projection, and tries what has failed again. */
  async save(): Promise<void> {
    if (this.#saving) return;
    this.#saving = true;
    try {
      if (this.lanes.some((lane) => lane.failed || lane.replaced)) await this.#exclusively(() => this.#recover());
      await Promise.all(this.lanes.map((lane) => this.#attempt(lane, () => lane.saveCheckpoint())));
    } catch {
      // The lane says so in its status, and is tried again.
    } finally {
      this.#saving = false;
    }
  }

  recountParked(): Promise<unknown> {
    return Promise.allSettled(this.lanes.map((lane) => lane.recountParked()));
  }

  /** Lets go of the stores, after what is under way. */
  discard(): Promise<unknown> {
    this.#discarded = true;
    return this.#exclusively(() => Promise.allSettled(this.lanes.map((lane) => lane.discard())));
  }

  async #record(events: readonly RecordedEvent[]): Promise<void> {
    if (events.length === 0) return;
    try {
      await this.host.recordEvents?.(this.partition, events);
      this.#recordError = null;
    } catch (error) {
      this.#recordError = reasonOf(error);
      this.#interrupt();
      throw error;
    }
  }

  /** A store that was replaced in the middle is opened again at once: nothing is out of order. */
  async #projectWhereItBelongs(part: DecodedBatch, recorded: Promise<void>, span: Span | null): Promise<void> {
    try {
      await this.#project(part, recorded, span);
    } catch (error) {
      if (!(error instanceof StoreReplaced)) throw error;
      await this.#recover();
      await this.#project(part, recorded, span);
    }
  }

  async #project(part: DecodedBatch, recorded: Promise<void>, span: Span | null): Promise<void> {
    const previous = this.#position;
    const together = this.lanes.every((lane) => lane.position === previous);
    let history: readonly HistoryOperation[] = [];
    const applying = span === null ? undefined : tracer?.begin('apply', span.traceparent);
    const results = await Promise.allSettled(
      this.lanes.map((lane) =>
        this.#attempt(lane, async () => {
          const own = applying === undefined ? null : tracer?.begin(`apply ${lane.name}`, applying.traceparent);
          const { operations } = await spanning(own, lane.apply(part, recorded));
          if (lane.name === ('history' satisfies ProjectionName)) history = operations as readonly HistoryOperation[];
        }),
      ),
    );
    applying?.end();
    const failure = results.find((result) => result.status === 'rejected');
    if (failure !== undefined) {
      this.#interrupt();
      throw failure.reason;
    }
    this.#position = part.checkpoint;
    await this.#news?.tell(part, previous, together ? history : null, span);
  }

  /** What has failed, or is to write elsewhere now, is opened again and brought up to the others. */
  async #recover(): Promise<void> {
    for (const lane of this.lanes) {
      if (!(lane.failed || lane.replaced) || this.#discarded) continue;
      await this.#attempt(lane, async () => {
        await lane.open();
        await lane.catchUp(this.#position);
        lane.recovered();
      });
    }
  }

  async #attempt(lane: Lane, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // One that knows where else to write is opened again: nothing is out of order.
      if (!(error instanceof StoreReplaced && lane.replaced)) lane.fail(error);
      throw error;
    }
  }

  /** What gathers until it goes on is caught up with. */
  #interrupt(): void {
    this.#live = false;
    this.#news?.interrupt();
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => undefined);
    return done;
  }
}
