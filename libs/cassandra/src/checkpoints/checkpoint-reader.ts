import type { CheckpointReader, PartitionCheckpoint } from '@parley/ports';
import type { CassandraClient } from '../client/index.js';
import type { ServingGenerations } from './serving-generations.js';
import { type StoredProjection, storedProjections } from './stored-projections.js';

/** How far the generations that serve are. */
export class CassandraCheckpointReader implements CheckpointReader {
  constructor(
    private readonly client: CassandraClient,
    private readonly generations: ServingGenerations,
    private readonly projections: readonly StoredProjection[] = storedProjections,
  ) {}

  /** One small read a projection. @throws ReadModelUnavailable */
  async checkpoints(): Promise<readonly PartitionCheckpoint[]> {
    const byProjection = await Promise.all(this.projections.map((projection) => this.#ofProjection(projection)));
    return byProjection.flat();
  }

  async #ofProjection(projection: StoredProjection): Promise<readonly PartitionCheckpoint[]> {
    const generation = await this.generations.find(projection);
    if (generation === null) return [];
    const rows = await this.client.read<{ partition: number; position: number }>(
      'SELECT partition, position FROM checkpoints WHERE projection = ? AND generation = ?',
      [projection, generation],
    );
    return rows.map(({ partition, position }) => ({ projection, partition, position }));
  }
}
