import type { GenerationPlan } from '@parley/ports';
import { type CassandraClient, settled } from '../client/index.js';
import type { StoredProjection } from './stored-projections.js';

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
  async plan(projection: StoredProjection): Promise<GenerationPlan | null> {
    const row = await this.#row(projection);
    return row === null ? null : planOf(row);
  }

  /** Where nothing was ever built the first one serves from now on, and begins empty. Of several callers all get the same. */
  planOrFirst(projection: StoredProjection, version: number): Promise<GenerationPlan> {
    return settled(async () => {
      const plan = await this.plan(projection);
      if (plan !== null) return plan;
      await this.#keep(projection, 1);
      const { applied, found } = await this.client.conditional(
        'INSERT INTO projection_generations (projection, serving, version, newest) VALUES (?, 1, ?, 1) IF NOT EXISTS',
        [projection, version],
      );
      if (applied || found === null) return { serving: 1, version, beside: null, held: false };
      return planOf(found as unknown as GenerationRow);
    });
  }

  /** null: nothing was ever built. */
  async serving(projection: StoredProjection): Promise<ServingGeneration | null> {
    const plan = await this.plan(projection);
    return plan === null ? null : { generation: plan.serving, version: plan.version };
  }

  async servingOrFirst(projection: StoredProjection, version: number): Promise<ServingGeneration> {
    const plan = await this.planOrFirst(projection, version);
    return { generation: plan.serving, version: plan.version };
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
        if (!applied) continue;
        await this.#keep(projection, next);
        return next;
      }
    });
  }

  /** Everybody goes by it within a second or so, each process by itself. false: the plan is not `from` any more. */
  change(projection: StoredProjection, from: GenerationPlan, to: GenerationPlan): Promise<boolean> {
    return settled(async () => {
      const row = await this.#row(projection);
      if (row === null) return false;
      // A change that was repeated because its answer was lost has been made all the same.
      if (isSame(planOf(row), to)) return true;
      if (!isSame(planOf(row), from)) return false;
      await this.#keep(projection, from.serving);
      const { applied } = await this.client.conditional(
        `UPDATE projection_generations SET serving = ?, version = ?, beside = ?, held = ? WHERE projection = ?
         IF serving = ? AND version = ? AND beside = ? AND held = ?`,
        [to.serving, to.version, to.beside, to.held, projection, row.serving, row.version, row.beside, row.held],
      );
      return applied || isSame((await this.plan(projection)) ?? from, to);
    });
  }

  /** Readers read the other one from now on, and nothing is written beside. false: `from` no longer serves. */
  async switchTo(projection: StoredProjection, from: number, to: ServingGeneration): Promise<boolean> {
    const plan = await this.plan(projection);
    const next = { serving: to.generation, version: to.version, beside: null, held: false };
    if (plan === null || (plan.serving !== from && plan.serving !== to.generation)) return false;
    return this.change(projection, plan, next);
  }

  /** Those that may have rows. */
  async kept(projection: StoredProjection): Promise<readonly number[]> {
    const query = 'SELECT generation FROM kept_generations WHERE projection = ?';
    return (await this.client.read<{ generation: number }>(query, [projection])).map(({ generation }) => generation);
  }

  /** It has no rows any more. */
  async forget(projection: StoredProjection, generation: number): Promise<void> {
    const query = 'DELETE FROM kept_generations WHERE projection = ? AND generation = ?';
    await this.client.write({ query, params: [projection, generation] });
  }

  async #keep(projection: StoredProjection, generation: number): Promise<void> {
    const query = 'INSERT INTO kept_generations (projection, generation) VALUES (?, ?)';
    await this.client.write({ query, params: [projection, generation] });
  }

  async #row(projection: StoredProjection): Promise<GenerationRow | null> {
    return this.client.readOne<GenerationRow>(
      'SELECT serving, version, newest, beside, held FROM projection_generations WHERE projection = ?',
      [projection],
      { serial: true },
    );
  }
}

export interface PlanRow {
  readonly serving: number;
  readonly version: number;
  readonly beside: number | null;
  readonly held: boolean | null;
}

interface GenerationRow extends PlanRow {
  readonly newest: number;
}

export const planOf = ({ serving, version, beside, held }: PlanRow): GenerationPlan => ({
  serving,
  version,
  beside: beside ?? null,
  held: held === true,
});

export const isSame = (a: GenerationPlan, b: GenerationPlan): boolean =>
  a.serving === b.serving && a.version === b.version && a.beside === b.beside && a.held === b.held;
