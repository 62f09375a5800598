import {
  CassandraAccountStore,
  CassandraBuildRegistry,
  CassandraCheckpointReader,
  type CassandraClient,
  CassandraDeliveryReader,
  CassandraEventIdIndex,
  CassandraGenerations,
  CassandraParkedRetries,
  CassandraPeopleReader,
  CassandraProjectorReports,
  cassandraReadModels,
  type CassandraReadModels,
  CassandraSnapshotStore,
  CassandraStores,
  connectCassandra,
  ServingGenerations,
  storedProjections,
  waitForSchema,
} from '@parley/cassandra';
import type { Clock, Logger } from '@parley/platform';
import type {
  BuildRegistry,
  DescribeEvent,
  ParkedRetries,
  ProjectionGenerations,
  ProjectionName,
  ProjectorReports,
} from '@parley/ports';

export interface SharedModelsOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of the feed. */
  readonly partitions: number;
  readonly describe: DescribeEvent;
}

/** Everything that Parley keeps in Cassandra: rows that many processes read and write. */
export interface SharedModels {
  readonly client: CassandraClient;
  readonly accounts: CassandraAccountStore;
  readonly snapshots: CassandraSnapshotStore;
  readonly eventIds: CassandraEventIdIndex;
  readonly stores: CassandraStores;
  readonly deliveryReader: CassandraDeliveryReader;
  readonly checkpoints: CassandraCheckpointReader;
  /** Of the projections whose rows are kept here. */
  readonly generations: ReadonlyMap<ProjectionName, ProjectionGenerations>;
  readonly builds: BuildRegistry;
  readonly reports: ProjectorReports;
  readonly retries: ParkedRetries;
  /** `safePosition`: everything up to here is in the rows of all partitions. */
  readers(safePosition: () => number): CassandraReadModels;
  close(): Promise<void>;
}

/** Waits for Cassandra and its schema, however late they are. @throws SchemaMismatch when the keyspace is another program's */
export async function openSharedModels(options: SharedModelsOptions): Promise<SharedModels> {
  const { url, clock, logger, partitions, describe } = options;
  const client = await connectCassandra({ url, logger });
  try {
    await waitForSchema(client);
  } catch (error) {
    await client.close();
    throw error;
  }
  const generations = new ServingGenerations(client);
  const checkpoints = new CassandraCheckpointReader(client, generations);
  const snapshots = new CassandraSnapshotStore(client);
  const now = (): number => clock.now();
  const stores = new CassandraStores({ client, now, generations, describe });
  const generationsOf = storedProjections.map((name): [ProjectionName, ProjectionGenerations] => [
    name,
    new CassandraGenerations(name, { client, stores, generations, partitions }),
  ]);
  return {
    client,
    accounts: new CassandraAccountStore(client),
    snapshots,
    eventIds: new CassandraEventIdIndex(client),
    stores,
    generations: new Map(generationsOf),
    builds: new CassandraBuildRegistry(client),
    reports: new CassandraProjectorReports(client),
    retries: new CassandraParkedRetries(client),
    deliveryReader: new CassandraDeliveryReader({
      client,
      generations,
      people: new CassandraPeopleReader(client, generations),
    }),
    checkpoints,
    readers: (safePosition) => cassandraReadModels({ client, generations, safePosition, partitions, now }),
    async close() {
      generations.close();
      await snapshots.close();
      await client.close();
    },
  };
}
