import {
  CassandraBuildRegistry,
  CassandraDeliveryReader,
  CassandraGenerations,
  CassandraPeopleReader,
  cassandraReadModels,
  type CassandraReadModels,
  CassandraStores,
  connectCassandra,
  ServingGenerations,
  type StoredProjection,
  storedProjections,
} from '@parley/cassandra';
import type { EmbeddedEventLog } from '@parley/embedded';
import type {
  PartitionCheckpoint,
  PartitionedStatus,
  Projection,
  ProjectionGenerations,
  ProjectionName,
} from '@parley/ports';
import { GatedGroup, projectionGroups, RebuildWorker, startPartitionProjector } from '@parley/projector';
import { testLogger } from '../cassandra-core/keyspace.js';
import { TestSearch } from '../elasticsearch/engine.js';
import type { Groups } from './groups.js';
import type { SharedLeases } from './shared-leases.js';

/** What processes of one deployment share. */
export interface Deployment {
  readonly url: string;
  /** Of Elasticsearch; null: without message search. */
  readonly prefix: string | null;
  readonly log: EmbeddedEventLog;
  readonly groups: Groups;
  readonly leases: SharedLeases;
  /** Consumers tell how far they are. */
  readonly progress: (checkpoint: PartitionCheckpoint) => void;
}

/** What one process has of its own: everything that it knows of the others comes through the engines. */
async function open({ url, prefix, log, groups }: Deployment) {
  const client = await connectCassandra({ url, logger: testLogger });
  const generations = new ServingGenerations(client);
  const describe = async (position: number) =>
    (await log.readAll({ from: position, upTo: position, limit: 1 })).events[0] ?? null;
  const stores = new CassandraStores({ client, now: Date.now, generations, describe });
  const { partitions } = groups;
  const search = prefix === null ? null : new TestSearch({ prefix, partitions, describe });
  const all = new Map<ProjectionName, ProjectionGenerations>(
    storedProjections.map((name) => [
      name,
      new CassandraGenerations(name, { client, stores, generations, partitions }),
    ]),
  );
  if (search !== null) all.set('search', search.search.generations);
  return {
    client,
    generations,
    stores,
    search: search?.search ?? null,
    all,
    builds: new CassandraBuildRegistry(client),
  };
}

/** A projector as a process has it: it can stop, and it can be killed. */
export class FleetProjector {
  #groups: readonly GatedGroup[] = [];
  #worker: RebuildWorker | null = null;
  /** Every state but for the position that an operator would have seen. */
  readonly failures: PartitionedStatus[] = [];

  private constructor(
    private readonly process: Awaited<ReturnType<typeof open>>,
    private readonly membership: ReturnType<Groups['forProcess']>,
    readonly leases: ReturnType<SharedLeases['forProcess']>,
  ) {}

  static async start(deployment: Deployment, projections: readonly Projection[]): Promise<FleetProjector> {
    const { log, groups, leases, progress } = deployment;
    const membership = groups.forProcess();
    const projector = new FleetProjector(await open(deployment), membership, leases.forProcess());
    const { stores, search, all, builds, generations, client } = projector.process;
    const people = new CassandraPeopleReader(client, generations);
    const generationsOf = (name: ProjectionName): ProjectionGenerations => {
      const found = all.get(name);
      if (found === undefined) throw new Error(`nothing keeps ${name}`);
      return found;
    };
    const deadLetters = { add: () => Promise.resolve() };
    const inGroups = [
      projections.filter(({ name }) => name !== 'search'),
      ...(search === null ? [] : [projections.filter(({ name }) => name === 'search')]),
    ];
    projector.#groups = inGroups.map((own, index) => {
      const start = () =>
        startPartitionProjector(own, {
          group: `group ${index}`,
          feed: membership.feed,
          log,
          openStore: (projection, partition) => {
            const store: Promise<unknown> =
              projection.name === 'search'
                ? (search?.openStore({ version: projection.version, partition }) ?? Promise.reject(new Error('none')))
                : stores.open(projection as Projection<StoredProjection>, partition);
            return store as never;
          },
          ...(index === 0
            ? {
                deliveries: {
                  reader: new CassandraDeliveryReader({ client, generations, people }),
                  publisher: { publish: () => Promise.resolve() },
                },
              }
            : {}),
          progress: { tell: progress, subscribe: () => () => undefined },
          deadLetters,
          onStatus: (status) => projector.failures.push(...status.filter(({ state }) => state === 'failed')),
        });
      return new GatedGroup({ projections: own, generationsOf, builds, start, logger: testLogger });
    });
    projector.#worker = new RebuildWorker({
      log,
      partitions: groups.partitions,
      partitionOf: (stream) => groups.partitionOf(stream),
      builds,
      deadLetters,
      logger: testLogger,
      projections,
      generationsOf: (name) => all.get(name) ?? null,
      leases: projector.leases.leases,
      times: { look: 100, keep: 3_600_000 },
    });
    return projector;
  }

  /** In the middle of whatever it does: nothing it begins from now on has any effect. */
  async kill(): Promise<void> {
    this.leases.crash();
    this.membership.crash();
    this.process.generations.close();
    await Promise.all([this.process.client.close(), this.process.search?.close()]);
    void this.#end().catch(() => undefined);
  }

  async stop(): Promise<void> {
    await this.#end();
    this.process.generations.close();
    await Promise.all([this.process.client.close(), this.process.search?.close()]);
  }

  async #end(): Promise<void> {
    await this.#worker?.close();
    for (const group of this.#groups) await group.close();
  }
}

/** What reads, as a gateway does: it knows how far all partitions are, and looks at the plans by itself. */
export class FleetReader {
  readonly models: CassandraReadModels;
  readonly #reached = new Map<string, number>();

  private constructor(
    readonly process: Awaited<ReturnType<typeof open>>,
    private readonly partitions: number,
  ) {
    const { client, generations } = process;
    const safePosition = () => this.safePosition();
    this.models = cassandraReadModels({ client, generations, safePosition, partitions, now: Date.now });
  }

  static async open(deployment: Deployment): Promise<FleetReader> {
    return new FleetReader(await open(deployment), deployment.groups.partitions);
  }

  hear({ projection, partition, position }: PartitionCheckpoint): void {
    const key = `${projection} ${partition}`;
    this.#reached.set(key, Math.max(position, this.#reached.get(key) ?? 0));
  }

  /** Everything up to here is in all rows that cursors depend on. */
  safePosition(): number {
    const names = projectionGroups.timeline.map(({ name }) => name);
    const all = names.flatMap((name) =>
      Array.from({ length: this.partitions }, (_, partition) => this.#reached.get(`${name} ${partition}`) ?? 0),
    );
    return Math.min(...all);
  }

  get builds(): CassandraBuildRegistry {
    return this.process.builds;
  }

  async close(): Promise<void> {
    this.process.generations.close();
    await Promise.all([this.process.client.close(), this.process.search?.close()]);
  }
}
