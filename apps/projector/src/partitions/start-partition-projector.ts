import type {
  FeedBatch,
  FeedConsumer,
  FeedMembership,
  PartitionedStatus,
  PartitionProjector,
  PartitionProjectorHost,
  Projection,
  ProjectionName,
} from '@parley/ports';
import { untilTime } from '../until.js';
import { partitionedStatus } from './partitioned-status.js';
import { ProjectedPartition } from './projected-partition.js';

/** Checkpoints that lag behind are saved, and progress is repeated, this often, in milliseconds. */
const saveEvery = 1_000;
const recountEvery = 10_000;
/** For the last checkpoints, and for the stores to close, when it stops. */
const lastWordMs = 2_000;

/**
 * Takes the partitions that this process has in the host's consumer group through the projections, each partition by
 * itself, and tells what can be read. Failures of stores are tried again for ever, with growing pauses.
 */
export function startPartitionProjector(
  projections: readonly Projection[],
  host: PartitionProjectorHost,
): PartitionProjector {
  const running = new RunningPartitionProjector(projections, host);
  running.start();
  return running;
}

class RunningPartitionProjector implements PartitionProjector, FeedConsumer {
  readonly gatherMs: number;
  readonly #owned = new Map<number, ProjectedPartition>();
  readonly #leaving = new Map<number, Promise<unknown>>();
  #membership: FeedMembership | null = null;
  #saver: NodeJS.Timeout | null = null;
  #recounter: NodeJS.Timeout | null = null;
  #told = '';
  #stopped: Promise<void> | null = null;

  constructor(
    private readonly projections: readonly Projection[],
    private readonly host: PartitionProjectorHost,
  ) {
    this.gatherMs = host.gatherMs ?? 0;
  }

  start(): void {
    this.#membership = this.host.feed.join(this.host.group, this);
    this.#saver = setInterval(() => this.#save(), saveEvery).unref();
    this.#recounter = setInterval(() => this.#recount(), recountEvery).unref();
  }

  async begin(partition: number): Promise<number> {
    await this.#leaving.get(partition);
    const owned = this.#owned.get(partition) ?? new ProjectedPartition(partition, this.projections, this.host);
    this.#owned.set(partition, owned);
    try {
      return await owned.open();
    } finally {
      this.#tellStatus();
    }
  }

  async take(partition: number, batch: FeedBatch, signal: AbortSignal): Promise<void> {
    const owned = this.#owned.get(partition);
    if (owned === undefined) throw new Error(`partition ${partition} was never begun`);
    const before = owned.condition;
    try {
      await owned.take(batch, signal);
    } finally {
      if (owned.condition !== before) this.#tellStatus();
    }
  }

  end(partition: number): void {
    const owned = this.#owned.get(partition);
    if (owned === undefined) return;
    this.#owned.delete(partition);
    const gone = owned.discard().finally(() => {
      if (this.#leaving.get(partition) === gone) this.#leaving.delete(partition);
    });
    this.#leaving.set(partition, gone);
    this.#tellStatus();
  }

  status(): readonly PartitionedStatus[] {
    return partitionedStatus(this.projections, [...this.#owned.values()]);
  }

  async lag(): Promise<number | null> {
    return (await this.#membership?.lag()) ?? null;
  }

  async retryParked(name: ProjectionName, position: number): Promise<boolean | null> {
    const { log, feed } = this.host;
    const { events } = await log.readAll({ from: position, upTo: position, limit: 1 });
    const [event] = events;
    if (event === undefined || !this.projections.some((each) => each.name === name)) return false;
    const lane = this.#owned.get(feed.partitionOf(event.stream))?.lanes.find((each) => each.name === name);
    return lane === undefined ? null : lane.retryParked(position);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    if (this.#saver !== null) clearInterval(this.#saver);
    if (this.#recounter !== null) clearInterval(this.#recounter);
    await untilTime(Promise.all([...this.#owned.values()].map((owned) => owned.save())), lastWordMs);
    await this.#membership?.close();
    await untilTime(Promise.all(this.#leaving.values()), lastWordMs);
  }

  #save(): void {
    for (const owned of this.#owned.values()) {
      void owned.save().then(() => this.#tellStatus());
      owned.tellProgress();
    }
  }

  #recount(): void {
    for (const owned of this.#owned.values()) void owned.recountParked();
  }

  /** Only what an operator would call news: not each position. */
  #tellStatus(): void {
    const status = this.status();
    const news = JSON.stringify(status.map((each) => ({ ...each, position: null })));
    if (news === this.#told) return;
    this.#told = news;
    this.host.onStatus(status);
  }
}
