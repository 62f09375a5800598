import type { Logger } from '@parley/platform';
import {
  type BuildRegistry,
  type GenerationPlan,
  isUnderWay,
  type PartitionedStatus,
  type PartitionProjector,
  type Projection,
  type ProjectionGenerations,
  type ProjectionName,
} from '@parley/ports';
import { setTimeout as pause } from 'node:timers/promises';

export interface GatedGroupOptions {
  readonly projections: readonly Projection[];
  readonly generationsOf: (name: ProjectionName) => ProjectionGenerations;
  readonly builds: BuildRegistry;
  readonly start: () => PartitionProjector;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly onStatus?: () => void;
  /** Between two looks at the plans, in milliseconds. */
  readonly lookEveryMs?: number;
}

/** A build that failed is asked for again after this long, in milliseconds. */
const askAgainMs = 30_000;

/**
 * One consumer group of this process, which takes part only while its code writes what serves. A process of a newer
 * version asks for its rows to be built and leaves the partitions to the older ones until those rows serve; one of an
 * older version then leaves them to the newer ones, instead of holding partitions that it cannot write.
 */
export class GatedGroup {
  readonly #closing = new AbortController();
  readonly #loop: Promise<void>;
  #running: PartitionProjector | null = null;
  #reason = 'it is not known yet which rows serve';
  readonly #askedAt = new Map<ProjectionName, number>();

  constructor(private readonly options: GatedGroupOptions) {
    this.#loop = this.#run();
  }

  has(name: ProjectionName): boolean {
    return this.options.projections.some((projection) => projection.name === name);
  }

  status(): readonly PartitionedStatus[] {
    if (this.#running !== null) return this.#running.status();
    return this.options.projections.map(({ name, version }) => ({
      name,
      version,
      partitions: [],
      position: null,
      parked: 0,
      state: 'failed',
      error: this.#reason,
    }));
  }

  /** null: not this process's, at the moment. */
  retryParked(name: ProjectionName, position: number): Promise<boolean | null> {
    return this.#running?.retryParked(name, position) ?? Promise.resolve(null);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loop;
    await this.#leave();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#look();
      } catch (error) {
        // While an engine is away a group that takes part goes on trying; one that does not cannot know whether to.
        this.#because(error instanceof Error ? error.message : String(error));
      }
      await pause(this.options.lookEveryMs ?? 500, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const { projections, generationsOf } = this.options;
    const misfits: string[] = [];
    for (const projection of projections) {
      const generations = generationsOf(projection.name);
      const plan = (await generations.known()) ?? (await generations.planOrFirst(projection.version));
      const misfit = misfitOf(projection, plan);
      if (misfit === null) continue;
      misfits.push(misfit);
      if (plan.version < projection.version) await this.#askFor(projection);
    }
    if (misfits.length === 0) this.#join();
    else {
      this.#because(misfits.join('; '));
      await this.#leave();
    }
  }

  #join(): void {
    if (this.#running !== null || this.#closing.signal.aborted) return;
    this.#running = this.options.start();
    this.options.onStatus?.();
  }

  async #leave(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.stop();
  }

  #because(reason: string): void {
    if (this.#reason === reason) return;
    this.#reason = reason;
    const names = this.options.projections.map(({ name }) => name);
    if (this.#running === null) this.options.logger.warn({ projections: names, reason }, 'waits with projecting');
    else this.options.logger.warn({ projections: names, reason }, 'which rows to write is not certain');
    this.options.onStatus?.();
  }

  async #askFor({ name, version }: Projection): Promise<void> {
    if (performance.now() - (this.#askedAt.get(name) ?? -Infinity) < askAgainMs) return;
    const build = await this.options.builds.current();
    if (build !== null && isUnderWay(build)) return;
    await this.options.builds.ask(name, version);
    this.#askedAt.set(name, performance.now());
  }
}

function misfitOf({ name, version }: Projection, plan: GenerationPlan): string | null {
  if (plan.version < version) return `rows of ${name} of version ${version} are being built, ${plan.version} serves`;
  if (plan.version > version) return `rows of ${name} of version ${plan.version} serve, this code writes ${version}`;
  return plan.held ? `rows of another version of ${name} are about to serve` : null;
}
