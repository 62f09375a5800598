import {
  type ParkedPage,
  parkedPageOf,
  type ParkedRecord,
  type ProjectionBatch,
  type ProjectionStore,
} from '@parley/ports';

/** A store without rows, in memory: for projections whose engine a test does without. */
export class IdleStore<Operation> implements ProjectionStore<Operation> {
  #checkpoint = 0;
  #parked: readonly ParkedRecord[] = [];

  checkpoint(): Promise<number> {
    return Promise.resolve(this.#checkpoint);
  }

  async apply({ checkpoint, parked }: ProjectionBatch<Operation>): Promise<void> {
    this.#checkpoint = checkpoint;
    this.#parked = [...this.#parked, ...parked.map((event) => ({ ...event, parkedAt: 0 }))];
  }

  async applyParked(position: number): Promise<void> {
    this.#parked = this.#parked.filter((event) => event.position !== position);
  }

  parked(page?: ParkedPage): Promise<readonly ParkedRecord[]> {
    return Promise.resolve(parkedPageOf(this.#parked, page));
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}
