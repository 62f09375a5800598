import { CassandraAccountStore } from '@parley/cassandra';
import { afterAll, beforeAll } from 'vitest';
import { accountStoreContract } from '../../contract/account-store.contract.js';
import { openTestKeyspace, type TestKeyspace } from './keyspace.js';

/** One keyspace for all places: emptying tables is faster than making them. */
let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await openTestKeyspace();
});
afterAll(() => keyspace.close());

accountStoreContract('Cassandra', {
  place: async () => {
    for (const table of ['accounts', 'account_names', 'device_sessions', 'refresh_tokens']) {
      await keyspace.client.define(`TRUNCATE ${table}`);
    }
    return keyspace.url;
  },
  open: async () => new CassandraAccountStore(keyspace.client),
});
