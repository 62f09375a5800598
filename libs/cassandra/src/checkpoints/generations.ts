import { type CassandraClient, settled } from '../client/index.js';
import type { StoredProjection } from './timeline.js';

/** Which rows of a projection readers read, and which version of the code built them. */
export interface ServingGeneration {
  readonly generation: number;
  readonly version: number;
}

/**
 * The registry of generations: every partition key of a projection's rows begins with a generation, so that a new one is
 * built beside the one that serves and takes its place by one small write. Numbers are never used twice.
 */
export class GenerationRegistry {
  constructor(private readonly client: CassandraClient) {}

  /** null: nothing was ever built. */
  async serving(projection: StoredProjection): Promise<ServingGeneration | null> {
    const row = await this.#row(projection);
    return row === null ? null : { generation: row.serving, version: row.version };
  }

  /** The one that serves; where there is none, the first one, which begins empty. Of several callers all get the same. */
  servingOrFirst(projection: StoredProjection, version: number): Promise<ServingGeneration> {
    return settled(async () => {
      const serving = await this.serving(projection);
      if (serving !== null) return serving;
      const { applied, found } = await this.client.conditional(
        'INSERT INTO projection_generations (projection, serving, version, newest) VALUES (?, 1, ?, 1) IF NOT EXISTS',
        [projection, version],
      );
      if (applied || found === null) return { generation: 1, version };
      const row = found as unknown as GenerationRow;
      return { generation: row.serving, version: row.version };
    });
  }

  /** A number for a generation to be built, different for every caller. @throws when nothing serves yet */
  reserve(projection: StoredProjection): Promise<number> {
    // One that was given out and whose answer got lost is never built: numbers may have gaps.
    return settled(async () => {
      for (;;) {
        const row = await this.#row(projection);
        if (row === null) throw new Error(`there is no generation of ${projection} to build another one beside`);
        const next = row.newest + 1;
        const { applied } = await this.client.conditional(
          'UPDATE projection_generations SET newest = ? WHERE projection = ? IF newest = ?',
          [next, projection, row.newest],
        );
        if (applied) return next;
      }
    });
  }

  /** Readers read the other one from now on (within a second, each process by itself). false: `from` no longer serves. */
  switchTo(projection: StoredProjection, from: number, to: ServingGeneration): Promise<boolean> {
    return settled(async () => {
      const { applied, found } = await this.client.conditional(
        'UPDATE projection_generations SET serving = ?, version = ? WHERE projection = ? IF serving = ?',
        [to.generation, to.version, projection, from],
      );
      // A switch that was repeated because its answer was lost has been made all the same.
      return applied || (found as { serving: number } | null)?.serving === to.generation;
    });
  }

  async #row(projection: StoredProjection): Promise<GenerationRow | null> {
    return this.client.readOne<GenerationRow>(
      'SELECT serving, version, newest FROM projection_generations WHERE projection = ?',
      [projection],
      { serial: true },
    );
  }
}

interface GenerationRow {
  readonly serving: number;
  readonly version: number;
  readonly newest: number;
}
