import type { ProjectionStore } from '@parley/ports';

/** A store that keeps nothing but how far it is: for projections whose engine a test does without. */
export class IdleStore<Operation> implements ProjectionStore<Operation> {
  #checkpoint = 0;

  checkpoint(): Promise<number> {
    return Promise.resolve(this.#checkpoint);
  }

  async apply({ checkpoint }: { readonly checkpoint: number }): Promise<void> {
    this.#checkpoint = checkpoint;
  }

  async applyParked(): Promise<void> {
    // There are no rows.
  }

  parked(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}
