import type {
  EventLogReader,
  LaneStatus,
  OperationOf,
  Projection,
  ProjectionName,
  ProjectionStore,
} from '@parley/ports';
import { decodeBatch, reasonOf, type DecodedBatch } from './decoded-batch.js';
import { evolveBatch, type EvolvedBatch } from './evolve-batch.js';
import { applyEvolved, type BeforeParking, replay } from './replay.js';
import { retryParkedEvent } from './retry-parked.js';

/** How far a saved checkpoint may lie behind while nothing concerns a projection: that much is looked at again. */
const idleStretch = 10_000;
const catchUpBatch = 4_096;
/** How often the checkpoint is saved where that is a write of its own, in milliseconds. */
const saveEveryMs = 500;

/**
 * One projection on its way along the log: its store and how far it is. Everything that touches the store runs one after
 * the other. Its checkpoint in the store may lag behind, but never runs ahead of the rows.
 */
export class Lane<Name extends ProjectionName = ProjectionName> {
  #store: ProjectionStore<OperationOf<Name>> | null = null;
  #position = 0;
  #saved = 0;
  #savedAt = -Infinity;
  #parked = 0;
  #error: string | null = null;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(
    readonly projection: Projection<Name>,
    private readonly log: Pick<EventLogReader, 'readAll'>,
    private readonly openStore: () => Promise<ProjectionStore<OperationOf<Name>>>,
    private readonly beforeParking?: BeforeParking,
  ) {}

  get name(): Name {
    return this.projection.name;
  }

  /** Everything up to here is applied. */
  get position(): number {
    return this.#position;
  }

  get failed(): boolean {
    return this.#error !== null;
  }

  /** Its store is to be opened again before the next batch: known without asking. */
  get replaced(): boolean {
    return this.#store?.replaced === true;
  }

  status(live: boolean): LaneStatus {
    const { name, version } = this.projection;
    const status = { name, version, position: this.#position, parked: this.#parked };
    if (this.#error !== null) return { ...status, state: 'failed', error: this.#error };
    return { ...status, state: live ? 'live' : 'catching-up' };
  }

  /** Opens the store, or opens it again after a failure. @throws what the store throws */
  open(): Promise<void> {
    return this.#exclusively(async () => {
      await this.#store?.close().catch(() => undefined);
      this.#store = null;
      const store = await this.openStore();
      this.#take(store, await store.checkpoint(), (await store.parked()).length);
    });
  }

  /**
   * `after`: what else must have succeeded before the batch counts as applied; rows are written beside it.
   * @throws what the store throws, or what `after` is rejected with; nothing of the batch is applied then.
   */
  apply(batch: DecodedBatch, after?: Promise<unknown>): Promise<EvolvedBatch<Name>> {
    return this.#exclusively(() => this.#apply(this.#opened(), batch, after));
  }

  /** Reads the log by itself up to a position. */
  async catchUp(to: number): Promise<void> {
    while (this.#position < to) {
      const page = await this.log.readAll({ after: this.#position, upTo: to, limit: catchUpBatch });
      await this.apply(decodeBatch(page.events, page.atEnd ? to : Math.min(page.considered, to)));
    }
  }

  fail(error: unknown): void {
    this.#error = reasonOf(error);
  }

  recovered(): void {
    this.#error = null;
  }

  retryParked(position: number): Promise<boolean> {
    return this.#exclusively(async () => {
      // Stores go by it: what comes late is written as of after everything that is there.
      await this.#saveCheckpoint();
      const applied = await retryParkedEvent(this.projection, this.log, this.#opened(), position);
      if (applied) this.#parked--;
      return applied;
    });
  }

  /** Parked events may be dealt with by another process that knows this store. */
  recountParked(): Promise<void> {
    return this.#exclusively(async () => {
      if (this.#parked > 0) this.#parked = (await this.#opened().parked()).length;
    });
  }

  /** Saves it where it lags behind; answers how far the projection is. */
  saveCheckpoint(): Promise<number> {
    return this.#exclusively(async () => {
      await this.#saveCheckpoint();
      return this.#position;
    });
  }

  /** See Projector.switchStore. */
  switchStore(onSwitched: () => void): Promise<void> {
    return this.#exclusively(async () => {
      const old = this.#opened();
      const next = await this.openStore();
      try {
        const from = await next.checkpoint();
        await replay(this.projection, { log: this.log, store: next, from, to: this.#position });
      } catch (error) {
        await next.close();
        throw error;
      }
      this.#take(next, this.#position, (await next.parked()).length);
      onSwitched();
      await old.close();
    });
  }

  /** Saves the checkpoint where it lags behind, then closes the store. */
  close(): Promise<void> {
    return this.#exclusively(async () => {
      const store = this.#store;
      if (store === null) return;
      try {
        if (this.#error === null) await this.#saveCheckpoint();
      } finally {
        this.#store = null;
        await store.close();
      }
    });
  }

  /** Closes the store as it is: what was not saved comes again. */
  discard(): Promise<void> {
    return this.#exclusively(async () => {
      const store = this.#store;
      this.#store = null;
      await store?.close();
    });
  }

  async #apply(
    store: ProjectionStore<OperationOf<Name>>,
    batch: DecodedBatch,
    after?: Promise<unknown>,
  ): Promise<EvolvedBatch<Name>> {
    const evolved = evolveBatch(this.projection, batch, this.#position);
    const idle = evolved.operations.length === 0 && evolved.parked.length === 0;
    if (idle && batch.checkpoint - this.#saved < idleStretch) {
      await after;
      this.#position = Math.max(this.#position, batch.checkpoint);
      return evolved;
    }
    if (batch.checkpoint <= this.#position) return evolved;
    const rowsOnly = store.keepsCheckpointApart === true && performance.now() - this.#savedAt < saveEveryMs;
    const { beforeParking } = this;
    const applied = await applyEvolved(store, batch, evolved, { beforeParking, after, rowsOnly });
    this.#position = batch.checkpoint;
    if (!rowsOnly) {
      this.#saved = batch.checkpoint;
      this.#savedAt = performance.now();
    }
    this.#parked += applied.parked.length;
    return applied;
  }

  async #saveCheckpoint(): Promise<void> {
    if (this.#saved >= this.#position) return;
    await this.#opened().apply({ operations: [], parked: [], checkpoint: this.#position });
    this.#saved = this.#position;
    this.#savedAt = performance.now();
  }

  #opened(): ProjectionStore<OperationOf<Name>> {
    if (this.#store === null) throw new Error(`the store of ${this.name} is not open`);
    return this.#store;
  }

  #take(store: ProjectionStore<OperationOf<Name>>, position: number, parked: number): void {
    this.#store = store;
    this.#position = position;
    this.#saved = position;
    this.#parked = parked;
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => undefined);
    return done;
  }
}
