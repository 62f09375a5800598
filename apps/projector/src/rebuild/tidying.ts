import type { Logger } from '@parley/platform';
import type { Projection, ProjectionGenerations, ProjectionName } from '@parley/ports';

export interface TidyingOptions {
  readonly projections: readonly Projection[];
  readonly generationsOf: (name: ProjectionName) => ProjectionGenerations | null;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Milliseconds. */
  readonly keepMs: number;
}

const lookEveryMs = 15_000;

/**
 * While nothing is built: rows that nobody reads any more go, and a plan that a build left half changed is mended. Only
 * what has been seen so for a while is touched; two processes that do it at once do the same.
 */
export class Tidying {
  readonly #closing = new AbortController();
  /** Since when. */
  readonly #seen = new Map<string, number>();
  #lookedAt = -Infinity;
  #removing: Promise<void> | null = null;

  constructor(private readonly options: TidyingOptions) {}

  /** Does not wait for what it begins. */
  async look(): Promise<void> {
    const now = performance.now();
    if (this.#removing !== null || now - this.#lookedAt < lookEveryMs) return;
    this.#lookedAt = now;
    const seen = new Set<string>();
    for (const { name } of this.options.projections) {
      const generations = this.options.generationsOf(name);
      if (generations === null) continue;
      const plan = await generations.known();
      if (plan === null) continue;
      if ((plan.beside !== null || plan.held) && this.#longEnough(`${name} plan`, seen)) await this.release(name);
      for (const generation of await generations.leftovers()) {
        if (!this.#longEnough(`${name} ${generation}`, seen)) continue;
        this.#removing ??= this.#remove(name, generations, generation).finally(() => (this.#removing = null));
      }
    }
    for (const key of this.#seen.keys()) if (!seen.has(key)) this.#seen.delete(key);
  }

  /** Something is built: what was seen before counts for nothing. */
  rest(): void {
    this.#seen.clear();
  }

  /** Only what serves is written from now on. */
  async release(name: ProjectionName): Promise<void> {
    const generations = this.options.generationsOf(name);
    const plan = await generations?.plan();
    if (generations === null || plan === null || plan === undefined) return;
    if (plan.beside !== null || plan.held) await generations.change(plan, { ...plan, beside: null, held: false });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#removing;
  }

  #longEnough(key: string, seen: Set<string>): boolean {
    seen.add(key);
    const since = this.#seen.get(key) ?? performance.now();
    this.#seen.set(key, since);
    return performance.now() - since >= this.options.keepMs;
  }

  async #remove(name: ProjectionName, generations: ProjectionGenerations, generation: number): Promise<void> {
    try {
      await generations.remove(generation, this.#closing.signal);
      this.options.logger.info({ projection: name, generation }, 'removed rows that nobody reads any more');
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.options.logger.warn({ err: error, projection: name, generation }, 'old rows are still there; tried again');
    }
  }
}
