import { ReadModelUnavailable } from '@parley/ports';
import type { CassandraClient } from '../client/index.js';
import { type StoredProjection, storedProjections } from './timeline.js';

const lookEveryMs = 1_000;

/**
 * What serves now, as every reader asks it at the beginning of a call and keeps for the length of the call. Looked at
 * each second, so a switch reaches all processes within about that; the old rows stay until they are removed later.
 */
export class ServingGenerations {
  readonly #known = new Map<StoredProjection, number>();
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | null = null;

  constructor(private readonly client: CassandraClient) {
    this.#timer = setInterval(() => void this.look().catch(() => undefined), lookEveryMs);
    this.#timer.unref();
  }

  /** @throws ReadModelUnavailable while nothing is known: nothing was built yet, or the engine is away from the start */
  async of(projection: StoredProjection): Promise<number> {
    const generation = await this.find(projection);
    if (generation === null) throw new ReadModelUnavailable(`the projection ${projection} is not there yet`);
    return generation;
  }

  /** null: nothing was built yet. @throws ReadModelUnavailable when the engine is away from the start */
  async find(projection: StoredProjection): Promise<number | null> {
    const known = this.#known.get(projection);
    if (known !== undefined) return known;
    await this.look();
    return this.#known.get(projection) ?? null;
  }

  /** Looks now; what was known stays known when the engine is away. @throws ReadModelUnavailable */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    await Promise.all(
      storedProjections.map(async (projection) => {
        const row = await this.client.readOne<{ serving: number }>(
          'SELECT serving FROM projection_generations WHERE projection = ?',
          [projection],
        );
        if (row !== null) this.#known.set(projection, row.serving);
      }),
    );
  }
}
