import { ParleyError } from '@parley/platform';
import {
  type CheckpointReader,
  type EventLogReader,
  type ParkedEvent,
  type ParityReport,
  type PartitionCheckpoint,
  type PartitionedStatus,
  type ProjectionAdmin,
  type ProjectionName,
  projectionNames,
  type ProjectionStatus,
} from '@parley/ports';
import type { SharedProjectors } from './shared-projectors.js';

export interface SharedAdminOptions {
  readonly log: EventLogReader;
  readonly partitions: number;
  readonly checkpoints: readonly CheckpointReader[];
  /** Of this process; null: it projects nothing. */
  readonly projectors: SharedProjectors | null;
  readonly versions: ReadonlyMap<ProjectionName, number>;
  parked(name: ProjectionName): Promise<readonly ParkedEvent[]>;
}

/** The projections of many processes, as far as one of them can tell: by their checkpoints. */
export class SharedProjectionAdmin implements ProjectionAdmin {
  constructor(private readonly options: SharedAdminOptions) {}

  async status(): Promise<readonly ProjectionStatus[]> {
    const { log, checkpoints, projectors } = this.options;
    const [{ lastPosition }, ...read] = await Promise.all([
      log.info(),
      ...checkpoints.map((reader) => reader.checkpoints().catch((): readonly PartitionCheckpoint[] => [])),
    ]);
    const here = new Map((projectors?.status() ?? []).map((status) => [status.name, status]));
    return projectionNames.map((name) => this.#status(name, read.flat(), here.get(name), lastPosition));
  }

  rebuild(): Promise<ParityReport> {
    return Promise.reject(
      new ParleyError('feature_unavailable', {
        detail: 'projections of a cluster are rebuilt by a command of their own',
      }),
    );
  }

  async parked(name?: ProjectionName): Promise<readonly ParkedEvent[]> {
    const names = name === undefined ? projectionNames : [name];
    return (await Promise.all(names.map((one) => this.options.parked(one)))).flat();
  }

  retryParked(name: ProjectionName, position: number): Promise<boolean> {
    return this.options.projectors?.retryParked(name, position) ?? Promise.resolve(false);
  }

  #status(
    name: ProjectionName,
    checkpoints: readonly PartitionCheckpoint[],
    here: PartitionedStatus | undefined,
    lastPosition: number,
  ): ProjectionStatus {
    const own = checkpoints.filter(({ projection }) => projection === name);
    const complete = own.length >= this.options.partitions;
    const position = complete ? Math.min(...own.map((checkpoint) => checkpoint.position)) : 0;
    const status = {
      name,
      version: this.options.versions.get(name) ?? 0,
      position,
      lag: Math.max(0, lastPosition - position),
      parked: here?.parked ?? 0,
      bytes: 0,
    };
    if (here?.state === 'failed') return { ...status, state: 'failed', error: here.error ?? 'out of order' };
    return { ...status, state: position >= lastPosition ? 'live' : 'catching-up' };
  }
}
