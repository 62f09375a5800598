import type { Logger } from '@parley/platform';
import type {
  EventLogReader,
  Leases,
  OperationOf,
  PartitionedStatus,
  PartitionProjector,
  PartitionPublisher,
  Projection,
  ProjectionGroupName,
  ProjectionName,
  ProjectionStore,
  ProgressBus,
} from '@parley/ports';
import { projectionGroups, Relay, startPartitionProjector } from '@parley/projector';
import type { Closers } from './closers.js';
import type { SharedFeed } from './shared-feed.js';
import type { SharedModels } from './shared-models.js';
import type { SharedSearch } from './shared-search.js';

export interface SharedProjectorsOptions {
  readonly log: EventLogReader;
  readonly feed: SharedFeed;
  readonly models: SharedModels;
  readonly search: SharedSearch;
  readonly publisher: PartitionPublisher;
  readonly progress: ProgressBus;
  /** null: this is the only process. */
  readonly leases: Leases | null;
  readonly logger: Logger;
  readonly closers: Closers;
}

/** The projections of this process by their groups, and the relay while it is this process's turn. */
export class SharedProjectors {
  readonly #groups: ReadonlyMap<ProjectionGroupName, PartitionProjector>;

  constructor(private readonly options: SharedProjectorsOptions) {
    const { feed, leases, log, logger, closers } = options;
    const groups: ProjectionGroupName[] = options.search.projects ? ['timeline', 'search'] : ['timeline'];
    this.#groups = new Map(groups.map((group) => [group, this.#start(group)]));
    if (feed.topic !== null && leases !== null) {
      const relay = new Relay({ log, topic: feed.topic, logger });
      closers.add(
        leases.hold('relay', (signal) => relay.run(signal)),
        (held) => held.close(),
      );
    }
  }

  status(): readonly PartitionedStatus[] {
    return [...this.#groups.values()].flatMap((group) => group.status());
  }

  retryParked(name: ProjectionName, position: number): Promise<boolean> {
    const group = [...this.#groups].find(([groupName]) => projectionGroups[groupName].some((one) => one.name === name));
    return group === undefined ? Promise.resolve(false) : group[1].retryParked(name, position);
  }

  #start(group: ProjectionGroupName): PartitionProjector {
    const { log, feed, models, publisher, progress, logger, closers } = this.options;
    const projector = startPartitionProjector(projectionGroups[group], {
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
        : {}),
      onStatus: (status) => {
        for (const { name, state, error } of status) {
          if (state === 'failed')
            logger.warn({ projection: name, error }, 'a projection is out of order; it is tried again');
        }
      },
    });
    return closers.add(projector, (running) => running.stop());
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
