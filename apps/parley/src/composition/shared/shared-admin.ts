import { ParleyError } from '@parley/platform';
import {
  type Build,
  type BuildRegistry,
  type CheckpointReader,
  type EventLogReader,
  isParked,
  type ParkedEvent,
  type ParkedPage,
  type ParkedRetries,
  type ParityReport,
  type PartitionCheckpoint,
  type ProjectionAdmin,
  type ProjectionGenerations,
  type ProjectionName,
  projectionNames,
  type ProjectionStatus,
  type ProjectorReport,
  type ProjectorReports,
  type RebuildProgress,
} from '@parley/ports';
import { eventsBehind, type Reached } from './events-behind.js';
import type { SharedSearch } from './shared-search.js';
import { lowest, sharedStatus } from './shared-status.js';
import { watchBuild } from './watch-build.js';

export interface SharedAdminOptions {
  readonly log: Pick<EventLogReader, 'info' | 'readAll'>;
  readonly partitions: number;
  readonly partitionOf: (stream: string) => number;
  /** Each tells of some projections. */
  readonly checkpoints: readonly { readonly of: readonly ProjectionName[]; readonly reader: CheckpointReader }[];
  readonly generations: ReadonlyMap<ProjectionName, ProjectionGenerations>;
  readonly builds: BuildRegistry;
  readonly reports: ProjectorReports;
  readonly retries: ParkedRetries;
  readonly search: Pick<SharedSearch, 'admin' | 'bytes'>;
  /** Of this process; null: it projects nothing. */
  readonly projectors: {
    reports(): readonly ProjectorReport[];
    retryParked(name: ProjectionName, position: number): Promise<boolean | null>;
  } | null;
  /** Of the code of this process. */
  readonly versions: ReadonlyMap<ProjectionName, number>;
}

/** An engine that does not answer within this leaves its part open, in milliseconds: the others' is told all the same. */
const answerWithinMs = 700;
/** Answers are shared by all who ask within this, in milliseconds. */
const statusForMs = 1_000;
/** Parked events are read to be counted: a thousand of them are up to a megabyte. */
const countsForMs = 5_000;

/** The projections of many processes, as any of them can operate them: all that is needed lies in the engines. */
export class SharedProjectionAdmin implements ProjectionAdmin {
  readonly shared = true;
  #status: { readonly at: number; readonly answer: Promise<readonly ProjectionStatus[]> } | null = null;
  #counts: { readonly at: number; readonly answer: Promise<ReadonlyMap<ProjectionName, number>> } | null = null;

  constructor(private readonly options: SharedAdminOptions) {}

  status(): Promise<readonly ProjectionStatus[]> {
    const now = performance.now();
    if (this.#status === null || now - this.#status.at >= statusForMs) {
      this.#status = { at: now, answer: this.#look() };
    }
    return this.#status.answer;
  }

  async rebuild(name: ProjectionName, onProgress: (progress: RebuildProgress) => void): Promise<ParityReport> {
    const own = this.#own(name);
    if (own !== null) return own.rebuild(name, onProgress);
    // What serves is built anew; another version asks for itself, when a process of it starts.
    const version = (await this.#generations(name).plan())?.version ?? this.options.versions.get(name) ?? 0;
    return watchBuild(this.options.builds, name, version, onProgress);
  }

  async parked(name?: ProjectionName, page?: ParkedPage): Promise<readonly ParkedEvent[]> {
    const names = name === undefined ? projectionNames : [name];
    return (await Promise.all(names.map((one) => this.#parked(one, page)))).flat();
  }

  async retryParked(name: ProjectionName, position: number): Promise<boolean> {
    const own = this.#own(name);
    if (own !== null) return own.retryParked(name, position);
    if (!(await isParked((page) => this.#parked(name, page), position))) return false;
    const here = (await this.options.projectors?.retryParked(name, position)) ?? null;
    const applied = here ?? (await this.options.retries.ask(name, position));
    this.#counts = null;
    if (applied === null) {
      throw new ParleyError('feature_unavailable', { detail: 'no process has the partition of this event now' });
    }
    return applied;
  }

  async #look(): Promise<readonly ProjectionStatus[]> {
    const { builds, partitions, search } = this.options;
    const [checkpoints, reports, build, end, bytes, parked] = await Promise.all([
      this.#checkpoints(),
      this.#reports(),
      soon<Build | null>(builds.current()),
      soon(this.options.log.info()),
      soon(search.bytes()),
      this.#parkedNow(),
    ]);
    const lags = end === null ? new Map<ProjectionName, number>() : await this.#lags(checkpoints, end.lastPosition);
    const own = (await search.admin?.status()) ?? [];
    return projectionNames.map(
      (name) =>
        own.find((status) => status.name === name) ??
        sharedStatus({
          name,
          version: this.options.versions.get(name) ?? 0,
          partitions,
          checkpoints: checkpoints.get(name) ?? null,
          reports,
          build,
          lag: lags.get(name) ?? null,
          parked: parked.get(name) ?? null,
          bytes: name === 'search' ? (bytes ?? 0) : 0,
        }),
    );
  }

  /** Of those whose engine answers. */
  async #checkpoints(): Promise<ReadonlyMap<ProjectionName, readonly PartitionCheckpoint[]>> {
    const known = await Promise.all(
      this.options.checkpoints.map(async ({ of, reader }) => {
        const all = await soon(reader.checkpoints());
        if (all === null) return [];
        return of.map((name) => [name, all.filter(({ projection }) => projection === name)] as const);
      }),
    );
    return new Map(known.flat());
  }

  async #reports(): Promise<readonly ProjectorReport[]> {
    const here = this.options.projectors?.reports() ?? [];
    const others = (await soon(this.options.reports.read())) ?? [];
    return [...here, ...others.filter(({ node }) => !here.some((report) => report.node === node))];
  }

  async #lags(
    checkpoints: ReadonlyMap<ProjectionName, readonly PartitionCheckpoint[]>,
    lastPosition: number,
  ): Promise<ReadonlyMap<ProjectionName, number>> {
    const { log, partitions, partitionOf } = this.options;
    const all = [...checkpoints].map(([name, own]): [ProjectionName, Reached] => [name, reachedOf(own, partitions)]);
    const far = all.filter(([name]) => lowest(checkpoints.get(name) ?? null, partitions) < lastPosition);
    const reached = far.map(([, each]) => each);
    const behind = await soon(eventsBehind(log, reached, partitionOf, lastPosition));
    const known = new Map(all.map(([name]) => [name, 0]));
    for (const [index, [name]] of far.entries()) {
      const lag = behind?.[index];
      if (lag === undefined) known.delete(name);
      else known.set(name, lag);
    }
    return known;
  }

  #parkedNow(): Promise<ReadonlyMap<ProjectionName, number>> {
    const now = performance.now();
    if (this.#counts === null || now - this.#counts.at >= countsForMs) {
      this.#counts = { at: now, answer: this.#parkedCounts() };
    }
    return this.#counts.answer;
  }

  /** Of those whose engine answers. */
  async #parkedCounts(): Promise<ReadonlyMap<ProjectionName, number>> {
    const counts = await Promise.all(
      projectionNames.map(async (name) => {
        const events = await soon(this.#parked(name));
        return events === null ? [] : [[name, events.length] as const];
      }),
    );
    return new Map(counts.flat());
  }

  async #parked(projection: ProjectionName, page?: ParkedPage): Promise<readonly ParkedEvent[]> {
    const own = this.#own(projection);
    if (own !== null) return own.parked(projection, page);
    const generations = this.#generations(projection);
    const plan = await generations.known();
    if (plan === null) return [];
    return (await generations.parked(plan.serving, page)).map((event) => ({ projection, ...event }));
  }

  /** Of a projection that this process alone keeps. */
  #own(name: ProjectionName): ProjectionAdmin | null {
    return this.options.generations.has(name) ? null : this.options.search.admin;
  }

  #generations(name: ProjectionName): ProjectionGenerations {
    const generations = this.options.generations.get(name);
    if (generations === undefined) throw new Error(`${name} is not there yet`);
    return generations;
  }
}

const reachedOf = (checkpoints: readonly PartitionCheckpoint[], partitions: number): Reached =>
  Array.from(
    { length: partitions },
    (_, partition) => checkpoints.find((checkpoint) => checkpoint.partition === partition)?.position ?? 0,
  );

/** null: it failed, or takes too long. */
async function soon<T>(work: Promise<T>): Promise<T | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), answerWithinMs);
  try {
    return await Promise.race([work.catch(() => null), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
