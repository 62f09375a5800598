import { maxParkedPage, type ParkedOperation, type ParkedPage, type ParkedRecord } from '@parley/ports';
import { type CassandraClient, deleteAt, insertAt, mapBounded } from '../client/index.js';
import type { StoredProjection } from './stored-projections.js';

/** One partition of the feed, as one generation of a projection has taken it in. */
export interface Lane {
  readonly projection: StoredProjection;
  readonly generation: number;
  readonly partition: number;
}

const saveCheckpoint = insertAt('checkpoints', ['projection', 'generation', 'partition', 'position']);
const park = insertAt('parked_events', [
  'projection',
  'generation',
  'partition',
  'position',
  'stream',
  'type',
  'reason',
  'parked_at',
]);
const unpark = deleteAt('parked_events', ['projection', 'generation', 'partition', 'position']);

const readParked = `SELECT position, stream, type, reason, parked_at FROM parked_events
  WHERE projection = ? AND generation = ? AND partition = ? AND position > ? LIMIT ?`;

/** Events parked by one batch that are written at once. */
const parkConcurrency = 16;

/**
 * How far a lane is and what it could not apply. Everything is written with its position as timestamp: a checkpoint only
 * rises, whoever writes late, and an event whose parking is over stays so.
 */
export class LaneProgress {
  readonly #key: readonly [string, number, number];

  constructor(
    private readonly client: CassandraClient,
    { projection, generation, partition }: Lane,
  ) {
    this.#key = [projection, generation, partition];
  }

  /** 0 when new. */
  async checkpoint(): Promise<number> {
    const row = await this.client.readOne<{ position: number }>(
      'SELECT position FROM checkpoints WHERE projection = ? AND generation = ? AND partition = ?',
      this.#key,
    );
    return row?.position ?? 0;
  }

  /** After the rows, never before them. */
  async save(position: number): Promise<void> {
    await this.client.write(saveCheckpoint(position, ...this.#key, position));
  }

  async park(events: readonly ParkedOperation[], parkedAt: number): Promise<void> {
    await mapBounded(events, parkConcurrency, ({ position, stream, type, reason }) =>
      this.client.write(park(position, ...this.#key, position, stream, type, reason, parkedAt)),
    );
  }

  async unpark(position: number): Promise<void> {
    await this.client.write(unpark(position, ...this.#key, position));
  }

  async parked({ after = -1, limit = maxParkedPage }: ParkedPage = {}): Promise<readonly ParkedRecord[]> {
    const of = [...this.#key, after, limit];
    const rows = await this.client.read<ParkedOperation & { parked_at: number }>(readParked, of);
    return rows.map(({ parked_at: parkedAt, position, stream, type, reason }) => ({
      position,
      stream,
      type,
      reason,
      parkedAt,
    }));
  }
}
