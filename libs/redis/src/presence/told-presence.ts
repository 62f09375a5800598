import type { UserPresence } from '@parley/ports';

/**
 * Who was told here to be online or away. Keeps what is told twice from the listeners, and knows who to look at again
 * after something was missed. Bounded: beyond it those told longest ago are forgotten.
 */
export class ToldPresence {
  readonly #states = new Map<string, UserPresence['state']>();

  constructor(private readonly max: number) {}

  /** false: this was told already. */
  change({ userId, state }: UserPresence): boolean {
    const before = this.#states.get(userId);
    if (before === state) return false;
    this.#states.delete(userId);
    if (state === 'offline') return true;
    this.#states.set(userId, state);
    if (this.#states.size > this.max) {
      for (const oldest of this.#states.keys()) {
        this.#states.delete(oldest);
        break;
      }
    }
    return true;
  }

  get userIds(): readonly string[] {
    return [...this.#states.keys()];
  }
}
