import type { Logger } from '@parley/platform';
import { CassandraClient, type CassandraOptions } from '../client/index.js';

/** Copies of each row where nothing is said, as far as there are nodes for them. */
const usualReplicas = 3;

/**
 * Makes the keyspace when there is none. `replicationFactor`: copies of each row in the data centre; by default three,
 * or as many as there are nodes now. One that exists keeps its own: changing it needs a repair, which is an operator's.
 */
export async function ensureKeyspace(
  options: CassandraOptions & { readonly signal?: AbortSignal },
  replicationFactor: number | undefined,
): Promise<void> {
  const client = new CassandraClient({ ...options, inKeyspace: false });
  const close = (): void => void client.close();
  options.signal?.addEventListener('abort', close, { once: true });
  try {
    await client.connected;
    const { keyspace, dataCenter } = client.address;
    const existing = await replicationOf(client, keyspace);
    if (existing === null) {
      const factor = replicationFactor ?? Math.min(usualReplicas, Math.max(client.nodes().known, 1));
      await client.define(
        `CREATE KEYSPACE IF NOT EXISTS ${keyspace}
         WITH replication = {'class': 'NetworkTopologyStrategy', '${dataCenter}': ${factor}}`,
      );
      options.logger.info({ keyspace, dataCenter, replicationFactor: factor }, 'made the keyspace');
    } else warnAboutReplication(options.logger, keyspace, existing[dataCenter], replicationFactor);
  } finally {
    options.signal?.removeEventListener('abort', close);
    await client.close();
  }
}

async function replicationOf(
  client: CassandraClient,
  keyspace: string,
): Promise<Readonly<Record<string, string>> | null> {
  const row = await client.readOne<{ replication: Record<string, string> }>(
    'SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = ?',
    [keyspace],
  );
  return row?.replication ?? null;
}

function warnAboutReplication(
  logger: Logger,
  keyspace: string,
  is: string | undefined,
  wanted: number | undefined,
): void {
  if (wanted === undefined || Number(is) === wanted) return;
  logger.warn(
    { keyspace, replicationFactor: is ?? 'none in this data centre', wanted },
    'the keyspace has another replication factor: change it by ALTER KEYSPACE, then repair every node',
  );
}
