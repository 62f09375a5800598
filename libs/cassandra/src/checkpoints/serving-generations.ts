import { type GenerationPlan, ReadModelUnavailable, StoreReplaced } from '@parley/ports';
import type { CassandraClient } from '../client/index.js';
import { isSame, planOf, type PlanRow } from './generations.js';
import { type StoredProjection, storedProjections } from './stored-projections.js';

const lookEveryMs = 400;
/** What was seen longer ago than this is looked at again before anybody goes by it. */
const trustMs = 1_000;
/** A change of a plan has reached everybody, with room for a call that had just looked. */
export const settleMs = 1_600;

/**
 * The plans of all projections, as every reader asks for them at the beginning of a call, and every writer before it
 * tells that something is written. Looked at twice a second; a process that could not look for a while (the engine away,
 * the process itself standing still) looks again before it goes on, so no process goes by an old plan for longer.
 */
export class ServingGenerations {
  readonly #known = new Map<StoredProjection, GenerationPlan>();
  readonly #timer: NodeJS.Timeout;
  #lookedAt = -Infinity;
  #looking: Promise<void> | null = null;

  constructor(private readonly client: CassandraClient) {
    this.#timer = setInterval(() => void this.look().catch(() => undefined), lookEveryMs);
    this.#timer.unref();
  }

  /** @throws ReadModelUnavailable while nothing is known: nothing was built yet, or the engine is away */
  async of(projection: StoredProjection): Promise<number> {
    const generation = await this.find(projection);
    if (generation === null) throw new ReadModelUnavailable(`the projection ${projection} is not there yet`);
    return generation;
  }

  /** null: nothing was built yet. @throws ReadModelUnavailable when the engine is away */
  async find(projection: StoredProjection): Promise<number | null> {
    return (await this.plan(projection))?.serving ?? null;
  }

  /** As of a second ago at most. null: nothing was built yet. @throws ReadModelUnavailable when the engine is away */
  async plan(projection: StoredProjection): Promise<GenerationPlan | null> {
    if (!this.#fresh || !this.#known.has(projection)) await this.look();
    return this.#known.get(projection) ?? null;
  }

  /** @throws StoreReplaced when this is not the plan any more; ReadModelUnavailable when nobody can tell */
  async confirm(projection: StoredProjection, plan: GenerationPlan): Promise<void> {
    if (!this.#fresh) await this.look();
    if (this.isReplaced(projection, plan)) throw new StoreReplaced(`other rows of ${projection} are to be written now`);
  }

  /** As far as is known here. */
  isReplaced(projection: StoredProjection, plan: GenerationPlan): boolean {
    const known = this.#known.get(projection);
    return known !== undefined && !isSame(known, plan);
  }

  /** Looks now. @throws ReadModelUnavailable */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  get #fresh(): boolean {
    return performance.now() - this.#lookedAt < trustMs;
  }

  async #look(): Promise<void> {
    const began = performance.now();
    const rows = await this.client.read<PlanRow & { projection: StoredProjection }>(
      `SELECT projection, serving, version, beside, held FROM projection_generations
       WHERE projection IN (${storedProjections.map(() => '?').join(', ')})`,
      storedProjections,
    );
    for (const row of rows) this.#known.set(row.projection, planOf(row));
    this.#lookedAt = began;
  }
}
