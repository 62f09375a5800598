import { isParked, type ParkedPage, parkedPageOf, type ParkedRecord } from './parked-events.js';
import { OperationsRejected, type ProjectionBatch, type ProjectionStore } from './projection-stores.js';

/** Of an event of the log. */
export type DescribeEvent = (position: number) => Promise<{ readonly stream: string; readonly type: string } | null>;

interface Positioned {
  readonly position: number;
}

/**
 * Applies everything to two generations of the rows: first to the newer one, then to the one it takes the place of, so
 * that no checkpoint of the old one is ahead of the new one. Whoever goes over from the old to the new then never meets
 * rows that lack what a cursor has passed. Both checkpoints are saved with every batch, as the two are compared and
 * switched by them. What one of them refuses is parked there alone: a fault of rows that are still being built must not
 * touch those that serve.
 */
export class BothGenerations<Operation extends Positioned> implements ProjectionStore<Operation> {
  constructor(
    private readonly newer: ProjectionStore<Operation>,
    private readonly older: ProjectionStore<Operation>,
    private readonly describe: DescribeEvent,
  ) {}

  get replaced(): boolean {
    return this.newer.replaced === true || this.older.replaced === true;
  }

  /** Of the one that is behind: what the other has already changes nothing there. */
  async checkpoint(): Promise<number> {
    return Math.min(...(await Promise.all([this.newer.checkpoint(), this.older.checkpoint()])));
  }

  async apply(batch: ProjectionBatch<Operation>): Promise<void> {
    await this.#applyTo(this.newer, batch);
    await this.#applyTo(this.older, batch);
  }

  /** @throws OperationsRejected when one of those that have it parked refuses it again */
  async applyParked(position: number, operations: readonly Operation[]): Promise<void> {
    let refusal: OperationsRejected | null = null;
    for (const store of [this.newer, this.older]) {
      if (!(await isParked((page) => store.parked(page), position))) continue;
      try {
        await store.applyParked(position, operations);
      } catch (error) {
        if (!(error instanceof OperationsRejected)) throw error;
        refusal = error;
      }
    }
    if (refusal !== null) throw refusal;
  }

  /** Of both, each event once. */
  async parked(page?: ParkedPage): Promise<readonly ParkedRecord[]> {
    const [newer, older] = await Promise.all([this.newer.parked(page), this.older.parked(page)]);
    const events = new Map([...newer, ...older].map((event) => [event.position, event]));
    return parkedPageOf(events.values(), page);
  }

  async close(): Promise<void> {
    await Promise.all([this.newer.close(), this.older.close()]);
  }

  async #applyTo(store: ProjectionStore<Operation>, batch: ProjectionBatch<Operation>): Promise<void> {
    for (let current = batch; ;) {
      try {
        await store.apply(current);
        return;
      } catch (error) {
        if (!(error instanceof OperationsRejected)) throw error;
        current = await this.#without(current, error.reasons);
      }
    }
  }

  async #without(
    batch: ProjectionBatch<Operation>,
    reasons: ReadonlyMap<number, string>,
  ): Promise<ProjectionBatch<Operation>> {
    const parked = [...batch.parked];
    for (const [position, reason] of reasons) {
      const event = await this.describe(position);
      parked.push({ position, stream: event?.stream ?? '', type: event?.type ?? '', reason });
    }
    const operations = batch.operations.filter(({ position }) => !reasons.has(position));
    return { ...batch, operations, parked };
  }
}
