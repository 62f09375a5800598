import { type CassandraClient, connectCassandra, migrateCassandra } from '@parley/cassandra';
import { createLogger } from '@parley/platform';
import { randomBytes } from 'node:crypto';

/** A keyspace of its own for one suite, with the whole schema. */
export interface TestKeyspace {
  readonly url: string;
  readonly client: CassandraClient;
  /** Drops it. */
  close(): Promise<void>;
}

export const testLogger = createLogger('fatal');

/** The engine's URL with a new keyspace. @throws when CASSANDRA_URL is not set. */
export function newKeyspaceUrl(): string {
  const url = process.env['CASSANDRA_URL'] ?? '';
  if (url === '') {
    throw new Error(
      'CASSANDRA_URL is not set: these tests need a running Cassandra (npm run engines:up -- --only cassandra)',
    );
  }
  return url.replace(/^(cassandra:\/\/[^/]+)\/[^?]*/, `$1/parley_test_${randomBytes(6).toString('hex')}`);
}

export async function openTestKeyspace(): Promise<TestKeyspace> {
  const url = newKeyspaceUrl();
  await migrateCassandra({ url, logger: testLogger });
  const client = await connectCassandra({ url, logger: testLogger });
  const close = async (): Promise<void> => {
    await client.define(`DROP KEYSPACE ${client.address.keyspace}`);
    await client.close();
  };
  return { url, client, close };
}
