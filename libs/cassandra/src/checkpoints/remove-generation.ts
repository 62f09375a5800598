import { type CassandraClient, mapBounded } from '../client/index.js';
import type { StoredProjection } from './stored-projections.js';

/** A table whose rows carry a generation. */
export interface GenerationTable {
  readonly table: string;
  /** Columns of the partition key, `generation` first. */
  readonly partitionKey: readonly string[];
}

/** Partitions deleted at once: removing is in no hurry, serving is. */
const deletionsAtOnce = 8;

/**
 * Deletes all rows of a generation that does not serve and never will: its number is not used again, so the deletions
 * may carry a clock's timestamp, which no late write can pass. Reads the partition keys of the whole table. Safe to run
 * again after a break. Answers how many partitions there were.
 */
export async function removeGeneration(
  client: CassandraClient,
  projection: StoredProjection,
  tables: readonly GenerationTable[],
  generation: number,
  signal?: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (const { table, partitionKey } of tables) {
    const columns = partitionKey.join(', ');
    const remove = `DELETE FROM ${table} WHERE ${partitionKey.map((column) => `${column} = ?`).join(' AND ')}`;
    for await (const page of client.stream(`SELECT DISTINCT ${columns} FROM ${table}`, [])) {
      signal?.throwIfAborted();
      const ours = page.filter((row) => row['generation'] === generation);
      await mapBounded(ours, deletionsAtOnce, (row) =>
        client.write({ query: remove, params: partitionKey.map((column) => row[column]) }),
      );
      removed += ours.length;
    }
  }
  await removeProgress(client, projection, generation);
  return removed;
}

async function removeProgress(
  client: CassandraClient,
  projection: StoredProjection,
  generation: number,
): Promise<void> {
  const of = [projection, generation];
  for await (const page of client.stream('SELECT DISTINCT projection, generation, partition FROM parked_events', [])) {
    for (const row of page) {
      if (row['projection'] !== projection || row['generation'] !== generation) continue;
      const query = 'DELETE FROM parked_events WHERE projection = ? AND generation = ? AND partition = ?';
      await client.write({ query, params: [...of, row['partition']] });
    }
  }
  await client.write({ query: 'DELETE FROM checkpoints WHERE projection = ? AND generation = ?', params: of });
}
