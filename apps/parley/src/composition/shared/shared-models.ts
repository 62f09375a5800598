import {
  CassandraAccountStore,
  CassandraCheckpointReader,
  type CassandraClient,
  CassandraDeliveryReader,
  CassandraEventIdIndex,
  CassandraPeopleReader,
  cassandraReadModels,
  type CassandraReadModels,
  CassandraSnapshotStore,
  CassandraStores,
  connectCassandra,
  ServingGenerations,
  waitForSchema,
} from '@parley/cassandra';
import type { Clock, Logger } from '@parley/platform';

export interface SharedModelsOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of the feed. */
  readonly partitions: number;
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
  /** `safePosition`: everything up to here is in the rows of all partitions. */
  readers(safePosition: () => number): CassandraReadModels;
  close(): Promise<void>;
}

/** Waits for Cassandra and its schema, however late they are. @throws SchemaMismatch when the keyspace is another program's */
export async function openSharedModels({ url, clock, logger, partitions }: SharedModelsOptions): Promise<SharedModels> {
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
  return {
    client,
    accounts: new CassandraAccountStore(client),
    snapshots,
    eventIds: new CassandraEventIdIndex({ client, checkpoints, partitions }),
    stores: new CassandraStores({ client, now }),
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
