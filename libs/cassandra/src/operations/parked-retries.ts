import type { ParkedRetries, ProjectionName, RetryRequest } from '@parley/ports';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { CassandraClient } from '../client/index.js';

const slot = 'retries';
const keptSeconds = 60;
/** How long somebody waits for an answer: a rebalance takes less. */
const patienceMs = 15_000;
const lookEveryMs = 150;

interface RetryRow {
  readonly id: string;
  readonly projection: ProjectionName;
  readonly position: number;
  readonly applied: boolean | null;
}

/** Requests as rows that end by themselves; few, and only while somebody waits. */
export class CassandraParkedRetries implements ParkedRetries {
  constructor(private readonly client: CassandraClient) {}

  async ask(projection: ProjectionName, position: number): Promise<boolean | null> {
    const id = randomUUID();
    const query = `INSERT INTO parked_retries (slot, id, projection, position) VALUES (?, ?, ?, ?)
      USING TTL ${keptSeconds}`;
    await this.client.write({ query, params: [slot, id, projection, position] });
    for (const until = performance.now() + patienceMs; performance.now() < until;) {
      const found = 'SELECT applied FROM parked_retries WHERE slot = ? AND id = ?';
      const row = await this.client.readOne<{ applied: boolean | null }>(found, [slot, id]);
      if (row !== null && row.applied !== null) return row.applied;
      await pause(lookEveryMs);
    }
    return null;
  }

  async waiting(): Promise<readonly RetryRequest[]> {
    const query = 'SELECT id, projection, position, applied FROM parked_retries WHERE slot = ?';
    const rows = await this.client.read<RetryRow>(query, [slot]);
    return rows.flatMap(({ id, projection, position, applied }) =>
      // An answer may outlive its request by a moment.
      applied === null && projection !== null ? [{ id, projection, position }] : [],
    );
  }

  async answer({ id }: RetryRequest, applied: boolean): Promise<void> {
    const query = `UPDATE parked_retries USING TTL ${keptSeconds} SET applied = ? WHERE slot = ? AND id = ?`;
    await this.client.write({ query, params: [applied, slot, id] });
  }
}
