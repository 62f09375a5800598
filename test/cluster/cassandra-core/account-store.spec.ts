import { CassandraAccountStore, type CassandraClient, connectCassandra } from '@parley/cassandra';
import { afterAll, beforeAll } from 'vitest';
import { accountStoreContract } from '../../contract/account-store.contract.js';
import { openTestKeyspace, type TestKeyspace, testLogger } from './keyspace.js';

/** One keyspace for all places: emptying tables is faster than making them. */
let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await openTestKeyspace();
});
afterAll(() => keyspace.close());

/** With a connection of its own, so that one opened again knows nothing but what was written. */
class ConnectedStore extends CassandraAccountStore {
  constructor(private readonly client: CassandraClient) {
    super(client);
  }

  override close(): Promise<void> {
    return this.client.close();
  }
}

accountStoreContract('Cassandra', {
  place: async () => {
    for (const table of ['accounts', 'account_names', 'device_sessions', 'refresh_tokens']) {
      await keyspace.client.define(`TRUNCATE ${table}`);
    }
    return keyspace.url;
  },
  open: async (url) => new ConnectedStore(await connectCassandra({ url, logger: testLogger })),
});
