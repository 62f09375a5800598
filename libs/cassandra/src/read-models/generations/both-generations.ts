import type { ParkedOperation, ProjectionBatch, ProjectionStore } from '@parley/ports';

/**
 * Applies everything to the generation that serves and to the one that is to take its place. So it is while the two are
 * compared, and until every reader in every process reads the new one: then neither ever lacks what a cursor has passed.
 */
export class BothGenerations<Operation> implements ProjectionStore<Operation> {
  #tail: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly serving: ProjectionStore<Operation>,
    private readonly next: ProjectionStore<Operation>,
  ) {}

  /** Of the one that is behind: what the other has already changes nothing there. */
  async checkpoint(): Promise<number> {
    const [serving, next] = await Promise.all([this.serving.checkpoint(), this.next.checkpoint()]);
    return Math.min(serving, next);
  }

  apply(batch: ProjectionBatch<Operation>): Promise<void> {
    return this.#exclusively(async () => {
      await this.serving.apply(batch);
      await this.next.apply(batch);
    });
  }

  applyParked(position: number, operations: readonly Operation[]): Promise<void> {
    return this.#exclusively(async () => {
      await this.serving.applyParked(position, operations);
      await this.next.applyParked(position, operations);
    });
  }

  parked(): Promise<readonly (ParkedOperation & { readonly parkedAt: number })[]> {
    return this.serving.parked();
  }

  /** Runs `work` while both stand still: what is applied meanwhile waits. */
  atRest<T>(work: () => Promise<T>): Promise<T> {
    return this.#exclusively(work);
  }

  async close(): Promise<void> {
    await this.serving.close();
    await this.next.close();
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => undefined);
    return done;
  }
}
