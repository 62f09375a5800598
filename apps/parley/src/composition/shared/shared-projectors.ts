import { type Logger, newId } from '@parley/platform';
import type {
  EventLogReader,
  Leases,
  OperationOf,
  PartitionProjector,
  PartitionPublisher,
  Projection,
  ProjectionGenerations,
  ProjectionGroupName,
  ProjectionName,
  ProjectionStore,
  ProgressBus,
  ProjectorReport,
} from '@parley/ports';
import { GatedGroup, projectionGroups, RebuildWorker, Relay, startPartitionProjector } from '@parley/projector';
import type { Closers } from './closers.js';
import { everySoOften } from './every-so-often.js';
import type { SharedFeed } from './shared-feed.js';
import type { SharedModels } from './shared-models.js';
import type { SharedSearch } from './shared-search.js';

export interface SharedProjectorsOptions {
  readonly log: EventLogReader;
  readonly feed: SharedFeed;
  readonly models: SharedModels;
  readonly search: SharedSearch;
  readonly generations: ReadonlyMap<ProjectionName, ProjectionGenerations>;
  readonly publisher: PartitionPublisher;
  readonly progress: ProgressBus;
  /** null: this is the only process. */
  readonly leases: Leases | null;
  readonly logger: Logger;
  readonly closers: Closers;
}

/** Others are told how the projections of this process are, and asked what is wanted of it, this often, in milliseconds. */
const reportEveryMs = 2_000;
const retryEveryMs = 400;
/** Found is what a refresh has shown, up to a second later in any case: so few, larger writes, in milliseconds apart. */
const searchGatherMs = 500;

/** The projections of this process by their groups; the relay, and a rebuild, while it is this process's turn. */
export class SharedProjectors {
  readonly #node = newId('nod');
  readonly #groups: readonly GatedGroup[];

  constructor(private readonly options: SharedProjectorsOptions) {
    const { closers, models } = options;
    const names: ProjectionGroupName[] = options.search.projects ? ['timeline', 'search'] : ['timeline'];
    this.#groups = names.map((name) => this.#gate(name));
    this.#relay();
    this.#rebuild();
    closers.add(
      everySoOften(reportEveryMs, () => this.#tell()),
      (telling) => telling.close(),
    );
    closers.add(
      everySoOften(retryEveryMs, async () => {
        for (const request of await models.retries.waiting()) {
          const applied = await this.retryParked(request.projection, request.position);
          if (applied !== null) await models.retries.answer(request, applied);
        }
      }),
      (answering) => answering.close(),
    );
  }

  reports(): readonly ProjectorReport[] {
    return this.#groups.flatMap((group) => group.status().map((status) => ({ ...status, node: this.#node })));
  }

  /** null: another process has its partition. */
  async retryParked(name: ProjectionName, position: number): Promise<boolean | null> {
    return (await this.#groups.find((group) => group.has(name))?.retryParked(name, position)) ?? null;
  }

  async #tell(): Promise<void> {
    await this.options.models.reports.tell(this.reports());
  }

  #relay(): void {
    const { feed, leases, log, logger, closers } = this.options;
    if (feed.topic === null || leases === null) return;
    const relay = new Relay({ log, topic: feed.topic, logger });
    closers.add(
      leases.hold('relay', (signal) => relay.run(signal)),
      (held) => held.close(),
    );
  }

  #rebuild(): void {
    const { feed, leases, log, logger, closers, models, generations } = this.options;
    const worker = new RebuildWorker({
      log,
      partitions: feed.feed.partitions,
      partitionOf: (stream) => feed.feed.partitionOf(stream),
      builds: models.builds,
      deadLetters: feed.deadLetters,
      logger,
      projections: Object.values(projectionGroups).flat(),
      generationsOf: (name) => generations.get(name) ?? null,
      leases,
    });
    closers.add(worker, (running) => running.close());
  }

  #gate(group: ProjectionGroupName): GatedGroup {
    const { generations, models, logger, closers } = this.options;
    const gate = new GatedGroup({
      projections: projectionGroups[group],
      generationsOf: (name) => {
        const found = generations.get(name);
        if (found === undefined) throw new Error(`nothing is known of the generations of ${name}`);
        return found;
      },
      builds: models.builds,
      start: () => this.#start(group),
      logger,
      onStatus: () => this.#tellNow(),
    });
    return closers.add(gate, (running) => running.close());
  }

  #start(group: ProjectionGroupName): PartitionProjector {
    const { log, feed, models, publisher, progress, logger } = this.options;
    return startPartitionProjector(projectionGroups[group], {
      group,
      log,
      feed: feed.feed,
      deadLetters: feed.deadLetters,
      progress,
      openStore: (projection, partition) => this.#openStore(projection, partition),
      ...(group === 'timeline'
        ? {
            recordEvents: (_partition, events) => models.eventIds.record(events),
            deliveries: { reader: models.deliveryReader, publisher },
          }
        : { gatherMs: searchGatherMs }),
      onStatus: (status) => {
        this.#tellNow();
        for (const { name, state, error } of status) {
          if (state === 'failed')
            logger.warn({ projection: name, error }, 'a projection is out of order; it is tried again');
        }
      },
    });
  }

  /** Not waited for: it is told again soon. */
  #tellNow(): void {
    setImmediate(() => void this.#tell().catch(() => undefined)).unref();
  }

  #openStore<Name extends ProjectionName>(
    projection: Projection<Name>,
    partition: number,
  ): Promise<ProjectionStore<OperationOf<Name>>> {
    const { models, search } = this.options;
    // The name decides the operations: the compiler cannot follow that through a condition.
    const store: Promise<unknown> =
      projection.name === 'search'
        ? search.openStore(projection.version, partition)
        : models.stores.open(projection as Projection<Exclude<ProjectionName, 'search'>>, partition);
    return store as Promise<ProjectionStore<OperationOf<Name>>>;
  }
}
