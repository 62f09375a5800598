import { type CassandraClient, CassandraStores, ServingGenerations } from '@parley/cassandra';

/** For tests that say themselves which generation is written. */
export function storesOf(client: CassandraClient, now: () => number = Date.now): CassandraStores {
  const generations = new ServingGenerations(client);
  generations.close();
  return new CassandraStores({ client, now, generations, describe: () => Promise.resolve(null) });
}
