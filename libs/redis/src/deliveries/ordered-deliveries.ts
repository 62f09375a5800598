import type { Logger, Metrics } from '@parley/platform';
import { tracer } from '@parley/platform/tracing';
import type {
  CheckpointReader,
  DeliveryBatch,
  DeliverySubscriber,
  PartitionBatch,
  PartitionCheckpoint,
  ProgressBus,
  ProjectedPositions,
  ProjectionName,
} from '@parley/ports';
import type { RedisConnection } from '../connection/redis-connection.js';
import { type BatchSource, createBatchSource } from './batch-source.js';
import { CheckpointPolls } from './checkpoint-polls.js';
import { DeliveryMerge } from './delivery-merge.js';
import { KnownPositions } from './known-positions.js';
import { PositionHistory } from './position-history.js';
import { PositionWaiters } from './position-waiters.js';

export interface OrderedDeliveriesOptions {
  /** Of the feed. */
  readonly partitions: number;
  readonly progress: Pick<ProgressBus, 'subscribe'>;
  /** Of the projections of the timeline, perhaps of more. */
  readonly timeline: CheckpointReader;
  /** Of the projections that are kept elsewhere. */
  readonly others?: readonly CheckpointReader[];
  readonly logger: Logger;
  readonly metrics?: Metrics;
  /** Held back at most, in characters; beyond it devices read again. Default 32 Mi. */
  readonly maxHeld?: number;
  /** Gives up waiting for the first checkpoints. */
  readonly signal?: AbortSignal;
}

const tickMs = 100;
/** What was safe to show this long ago and is not handed on counts as lost. */
const lateMs = 1_000;
/** A partition of which nothing new was heard for this long is looked at. */
const silentMs = 1_500;
const pollEveryMs = 1_000;
/** Of projections that nothing is pushed from, while nobody waits for them. */
const pollOthersEveryMs = 5_000;
/** While somebody waits: they have waited for this long, and as often. */
const waitedMs = 100;
/** A projection that has not reached what was safe this long ago is out of order: nobody waits for it. */
const outOfOrderMs = 3_000;
const firstReadRetryMs = 500;
const quietMs = 10_000;

/** Served to readers, but nothing is pushed from them. */
const besideTimeline: readonly ProjectionName[] = ['search'];

/**
 * The deliveries of all partitions in the order of the log, and how far the read models are. What Redis tells is a hint:
 * whenever some of it is missing, late or silent, the checkpoints tell how far things are, and a gap makes devices read.
 * Without Redis that happens once a second.
 */
export class OrderedDeliveries implements DeliverySubscriber, ProjectedPositions {
  readonly #merge: DeliveryMerge;
  readonly #known: KnownPositions;
  readonly #history = new PositionHistory(outOfOrderMs + lateMs);
  readonly #waiters = new PositionWaiters(() => this.#everywhere());
  readonly #listeners = new Set<(batch: DeliveryBatch) => void>();
  readonly #timeline: CheckpointPolls;
  readonly #others: readonly CheckpointPolls[];
  /** When something new was heard of each partition. */
  readonly #newsAt: number[];
  readonly #logger: Logger;
  readonly #countGap: () => void;
  readonly #ends: (() => void)[] = [];
  #polledAt = performance.now();
  #polledOthersAt = -Infinity;
  #toldGapAt = -Infinity;
  #flushing = false;

  private constructor(
    private readonly source: BatchSource,
    { partitions, timeline, others = [], logger, metrics, maxHeld = 2 ** 25 }: OrderedDeliveriesOptions,
  ) {
    this.#merge = new DeliveryMerge({ partitions, maxHeld });
    this.#known = new KnownPositions(partitions);
    this.#newsAt = Array.from({ length: partitions }, () => performance.now());
    this.#logger = logger;
    const learn = (checkpoints: readonly PartitionCheckpoint[]): void => this.#learn(checkpoints);
    this.#timeline = new CheckpointPolls(timeline, learn, logger);
    this.#others = others.map((reader) => new CheckpointPolls(reader, learn, logger));
    const gaps = metrics?.counter(
      'parley_delivery_gaps_total',
      'Stretches of deliveries that devices had to read again.',
    );
    this.#countGap = () => gaps?.inc();
    metrics?.gauge('parley_deliveries_held', 'Characters of deliveries held back for other partitions.', [], (gauge) =>
      gauge.set(this.#merge.held),
    );
  }

  /**
   * Resolves once the checkpoints of the timeline were read for the first time, however long that takes: before, nothing
   * is known of what devices may see.
   * @throws what `signal` is aborted with
   */
  static async open(
    connection: RedisConnection | { readonly source: BatchSource },
    options: OrderedDeliveriesOptions,
  ): Promise<OrderedDeliveries> {
    const source = 'source' in connection ? connection.source : createBatchSource(connection, options.partitions);
    const deliveries = new OrderedDeliveries(source, options);
    try {
      await deliveries.#begin(options);
    } catch (error) {
      deliveries.close();
      throw error;
    }
    return deliveries;
  }

  subscribe(listener: (batch: DeliveryBatch) => void): () => void {
    const own = (batch: DeliveryBatch): void => listener(batch);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  safePosition(): number {
    return this.#merge.safe;
  }

  waitFor(position: number, timeoutMs: number): Promise<boolean> {
    return this.#waiters.waitFor(position, timeoutMs);
  }

  close(): void {
    for (const end of this.#ends.splice(0)) end();
    this.#listeners.clear();
    this.#waiters.close();
  }

  async #begin({ progress, signal }: OrderedDeliveriesOptions): Promise<void> {
    // First listen, then look: what moves in between is heard.
    this.#ends.push(
      this.source.subscribe((batch) => this.#onBatch(batch)),
      this.source.onListening(() => void this.#lookAgain()),
      progress.subscribe((checkpoint) => this.#onProgress(checkpoint)),
    );
    while (!(await this.#timeline.read())) {
      await new Promise((resolve) => setTimeout(resolve, firstReadRetryMs));
      signal?.throwIfAborted();
    }
    this.#giveUp();
    // What lay in the socket while this process was busy is heard first.
    const timer = setInterval(() => setImmediate(() => this.#tick()), tickMs).unref();
    this.#ends.push(() => clearInterval(timer));
  }

  #onBatch(batch: PartitionBatch): void {
    if (tracer !== null) {
      const heardAt = tracer.now();
      for (const { trace } of batch.deliveries) if (trace !== undefined) trace.heardAt = heardAt;
    }
    this.#merge.onBatch(batch);
    this.#newsAt[batch.partition] = performance.now();
    this.#flushSoon();
  }

  /** What is only repeated is no news: whoever told it may have lost the partition since. */
  #onProgress(checkpoint: PartitionCheckpoint): void {
    const { partition } = checkpoint;
    const before = this.#known.timeline(partition);
    this.#learn([checkpoint]);
    if (this.#known.timeline(partition) > before) this.#newsAt[partition] = performance.now();
  }

  #learn(checkpoints: readonly PartitionCheckpoint[]): void {
    const partitions = new Set<number>();
    for (const checkpoint of checkpoints) {
      this.#known.learn(checkpoint);
      partitions.add(checkpoint.partition);
    }
    for (const partition of partitions) this.#merge.onReadable(partition, this.#known.timeline(partition));
    this.#flushSoon();
  }

  #tick(): void {
    if (this.#ends.length === 0) return;
    const now = performance.now();
    this.#history.record(now, this.#merge.safe);
    if (this.#merge.position < this.#history.at(now - lateMs)) this.#giveUp();
    // What was waited for may be out of order by now.
    this.#waiters.wake();
    const awaited = this.#waiters.hasWaited(waitedMs);
    const every = awaited ? waitedMs : this.#isSilent(now) ? pollEveryMs : Infinity;
    if (now - this.#polledAt >= every) void this.#poll();
    if (now - this.#polledOthersAt < (awaited ? waitedMs : pollOthersEveryMs)) return;
    this.#polledOthersAt = now;
    for (const poll of this.#others) void poll.read();
  }

  #isSilent(now: number): boolean {
    return !this.source.listening || this.#newsAt.some((at) => now - at > silentMs);
  }

  async #poll(): Promise<void> {
    this.#polledAt = performance.now();
    const read = await this.#timeline.read();
    // Nothing will come of what can be read by now.
    if (read && !this.source.listening) this.#giveUp();
  }

  /** What was told while nobody listened is missing. */
  async #lookAgain(): Promise<void> {
    if (await this.#timeline.read()) this.#giveUp();
  }

  #giveUp(): void {
    this.#flush();
    this.#merge.giveUp();
    this.#flush();
  }

  /** What came with one read of the socket is handed on together. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    for (const batch of this.#merge.take()) {
      if (batch.previous === batch.position) this.#onGap(batch.position);
      for (const listener of this.#listeners) this.#pass(batch, listener);
    }
    this.#waiters.wake();
  }

  /** Who throws has lost the batch and finds the hole with the next one; the others do not pay for it. */
  #pass(batch: DeliveryBatch, listener: (batch: DeliveryBatch) => void): void {
    try {
      listener(batch);
    } catch (error) {
      this.#logger.error({ err: error, position: batch.position }, 'a listener to deliveries failed');
    }
  }

  #onGap(position: number): void {
    this.#countGap();
    const now = performance.now();
    if (now - this.#toldGapAt < quietMs) return;
    this.#toldGapAt = now;
    this.#logger.info({ position }, 'deliveries are missing: devices read again');
  }

  /** Everything up to here is in all projections that serve reads and are in order. */
  #everywhere(): number {
    const due = this.#history.at(performance.now() - outOfOrderMs);
    const reached = besideTimeline
      .map((projection) => this.#known.of(projection))
      .filter((position) => position >= due);
    return Math.min(this.#merge.safe, ...reached);
  }
}
