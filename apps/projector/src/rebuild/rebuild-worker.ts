import type { Leases, Projection, ProjectionGenerations, ProjectionName } from '@parley/ports';
import { type Build, isUnderWay } from '@parley/ports';
import { setTimeout as pause } from 'node:timers/promises';
import { BuildTakenOver } from './build-record.js';
import { Builder, type BuilderOptions } from './builder.js';
import { Tidying } from './tidying.js';

export interface RebuildWorkerOptions extends BuilderOptions {
  readonly projections: readonly Projection[];
  /** null: rows of this projection are built by their engine itself. */
  readonly generationsOf: (name: ProjectionName) => ProjectionGenerations | null;
  /** null: this is the only process. */
  readonly leases: Leases | null;
  /** Milliseconds. Defaults: see below. */
  readonly times?: Partial<WorkerTimes>;
}

export interface WorkerTimes {
  /** Between two looks at the record of builds. */
  readonly look: number;
  /** A build that fails for so long is given up. */
  readonly patience: number;
  /** A build that nobody works at for so long, and nobody here can, is given up. */
  readonly abandoned: number;
  /** Rows that nobody should read any more are kept for so long: calls under way still may. */
  readonly keep: number;
}

const defaults: WorkerTimes = { look: 500, patience: 180_000, abandoned: 60_000, keep: 30_000 };

/**
 * Looks for a build that somebody has asked for, and takes it to its end if this process holds the lease for it: builds
 * survive the process that asked and the one that built. Two builders at once write the same rows, so a lease that two
 * believe to have costs work, no more.
 */
export class RebuildWorker {
  readonly #closing = new AbortController();
  readonly #times: WorkerTimes;
  readonly #tidying: Tidying;
  readonly #loop: Promise<void>;
  #held: { readonly id: string; close(): Promise<void> } | null = null;
  #seen: { readonly id: string; readonly beat: number; readonly at: number } | null = null;
  #failingSince: { readonly beat: number; readonly at: number } | null = null;

  constructor(private readonly options: RebuildWorkerOptions) {
    this.#times = { ...defaults, ...options.times };
    this.#tidying = new Tidying({ ...options, keepMs: this.#times.keep });
    this.#loop = this.#run();
  }

  /** What is under way is left as it is: this or another process goes on with it. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loop;
    await this.#held?.close();
    await this.#tidying.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      // Engines that are away are looked for again.
      await this.#look().catch(() => undefined);
      await pause(this.#times.look, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const build = await this.options.builds.current();
    if (build === null || !isUnderWay(build)) {
      await this.#release();
      await this.#tidying.look();
      return;
    }
    this.#tidying.rest();
    if (this.#projectionOf(build) !== null) {
      if (this.#held?.id === build.id) return;
      await this.#release();
      this.#held = { id: build.id, ...this.#hold(build.id) };
    } else if (this.#isAbandoned(build)) {
      await this.#giveUp(build, `no process runs that builds version ${build.version}`);
    }
  }

  #hold(id: string): { close(): Promise<void> } {
    const work = (signal: AbortSignal): Promise<void> => this.#build(id, signal);
    const { leases } = this.options;
    return leases === null ? holdAlone(work) : leases.hold(`rebuild-${id}`, work);
  }

  async #release(): Promise<void> {
    const held = this.#held;
    this.#held = null;
    await held?.close();
  }

  /** Comes back when there is nothing to do, or to be called again. */
  async #build(id: string, signal: AbortSignal): Promise<void> {
    const { builds, logger } = this.options;
    const build = await builds.current();
    if (build === null || build.id !== id || !isUnderWay(build)) return;
    const projection = this.#projectionOf(build);
    const generations = this.options.generationsOf(build.projection);
    if (projection === null || generations === null) return;
    const { phase, version } = build;
    logger.info({ projection: build.projection, version, phase, done: build.done }, 'builds a projection anew');
    try {
      await new Builder(projection, generations, build, this.options).run(signal);
      this.#failingSince = null;
    } catch (error) {
      if (signal.aborted || error instanceof BuildTakenOver) return;
      logger.warn({ err: error, projection: build.projection }, 'building a projection anew failed; it is tried again');
      await this.#failed(build, error);
    }
  }

  async #failed(begunAs: Build, error: unknown): Promise<void> {
    const now = await this.options.builds.current();
    if (now === null || now.id !== begunAs.id || !isUnderWay(now)) return;
    if (this.#failingSince === null || now.beat > this.#failingSince.beat) {
      this.#failingSince = { beat: now.beat, at: performance.now() };
    } else if (performance.now() - this.#failingSince.at > this.#times.patience) {
      this.#failingSince = null;
      await this.#giveUp(now, error instanceof Error ? error.message : String(error));
    }
  }

  #isAbandoned({ id, beat }: Build): boolean {
    if (this.#seen?.id !== id || this.#seen.beat !== beat) this.#seen = { id, beat, at: performance.now() };
    return performance.now() - this.#seen.at > this.#times.abandoned;
  }

  async #giveUp(build: Build, reason: string): Promise<void> {
    const { builds, logger } = this.options;
    if ((await builds.advance(build, { phase: 'failed', error: reason })) === null) return;
    logger.warn({ projection: build.projection, reason }, 'gave up building a projection anew');
    await this.#tidying.release(build.projection);
  }

  #projectionOf({ projection, version }: Build): Projection | null {
    const own = this.options.projections.find((each) => each.name === projection && each.version === version);
    return own !== undefined && this.options.generationsOf(projection) !== null ? own : null;
  }
}

const againMs = 1_000;

/** As a lease of a deployment of one process. */
function holdAlone(work: (signal: AbortSignal) => Promise<void>): { close(): Promise<void> } {
  const closing = new AbortController();
  const { signal } = closing;
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await work(signal).catch(() => undefined);
      await pause(againMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  };
  const done = run();
  return {
    async close() {
      closing.abort();
      await done;
    },
  };
}
