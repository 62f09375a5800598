import type { ParkedPage, ParkedRecord, ProjectionBatch, ProjectionStore } from '@parley/ports';
import type { CassandraClient } from '../client/index.js';
import { type Lane, LaneProgress } from './progress.js';

/** Turns a projection's operations into rows of one generation. */
export interface RowWriter<Operation> {
  /**
   * All rows are written when it resolves. Writing the same operations again, or the end of a batch that was cut short,
   * ends in the same rows.
   * `late`: the operations are those of one parked event, from before what the rows hold already. Rows are written as of
   * this position, which is higher than that of anything in them.
   * @throws OperationsRejected before anything is written
   */
  write(operations: readonly Operation[], late?: number): Promise<void>;
}

/** Whether these rows are the ones to write: other processes may have changed that. */
export interface PlanWatch {
  /** As far as is known here. */
  readonly replaced: boolean;
  /** @throws StoreReplaced; ReadModelUnavailable when nobody can tell */
  confirm(): Promise<void>;
}

/** For rows that nobody but the caller knows of. */
const unwatched: PlanWatch = { replaced: false, confirm: () => Promise.resolve() };

/** Between two positions there is room for 15 late ones. */
const latePositions = 1 / 16;

/**
 * Rows by a RowWriter, and progress beside them, in that order: a checkpoint never runs ahead of its rows. Before it is
 * saved, and before anybody is told, it is made sure that these are the rows to write: a checkpoint is what readers of
 * another generation may go by.
 */
export class CassandraProjectionStore<Operation> implements ProjectionStore<Operation> {
  readonly keepsCheckpointApart = true;
  readonly #progress: LaneProgress;
  #late = 0;

  constructor(
    client: CassandraClient,
    readonly lane: Lane,
    private readonly writer: RowWriter<Operation>,
    /** ms since 1970 UTC. */
    private readonly now: () => number,
    private readonly watch: PlanWatch = unwatched,
  ) {
    this.#progress = new LaneProgress(client, lane);
  }

  get replaced(): boolean {
    return this.watch.replaced;
  }

  checkpoint(): Promise<number> {
    return this.#progress.checkpoint();
  }

  async apply(batch: ProjectionBatch<Operation>): Promise<void> {
    if (batch.operations.length > 0) await this.writer.write(batch.operations);
    if (batch.parked.length > 0) await this.#progress.park(batch.parked, this.now());
    await batch.after;
    await this.watch.confirm();
    if (batch.rowsOnly === true) return;
    await this.#progress.save(batch.checkpoint);
    await this.watch.confirm();
  }

  async applyParked(position: number, operations: readonly Operation[]): Promise<void> {
    await this.watch.confirm();
    await this.writer.write(operations, await this.#latePosition());
    await this.#progress.unpark(position);
  }

  parked(page?: ParkedPage): Promise<readonly ParkedRecord[]> {
    return this.#progress.parked(page);
  }

  /** Above everything that is written, below everything that will be; each above the one before. */
  async #latePosition(): Promise<number> {
    const checkpoint = await this.#progress.checkpoint();
    const late = Math.max(checkpoint, this.#late) + latePositions;
    if (late >= checkpoint + 1) throw new Error('as many parked events as can be until something new is projected');
    this.#late = late;
    return late;
  }

  /** Nothing is kept open: the client is its owner's. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
