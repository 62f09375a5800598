import type { ProjectedPositions } from '@parley/ports';

/** How far the read models are, as the batches of the projecting thread tell. */
export class SafePositions implements ProjectedPositions {
  #position = 0;
  #applied = 0;
  readonly #waiting = new Set<{ readonly position: number; readonly resolve: () => void }>();

  safePosition(): number {
    return this.#position;
  }

  waitFor(position: number, timeoutMs: number): Promise<boolean> {
    if (position <= this.#everywhere()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const entry = {
        position,
        resolve: () => {
          clearTimeout(timer);
          this.#waiting.delete(entry);
          resolve(true);
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(entry);
        resolve(false);
      }, timeoutMs);
      this.#waiting.add(entry);
    });
  }

  /** What syncing reads has everything up to here. */
  advance(position: number): void {
    this.#position = Math.max(position, this.#position);
    this.#wake();
  }

  /** All projections have it. */
  applied(position: number): void {
    this.#applied = Math.max(position, this.#applied);
    this.#wake();
  }

  #everywhere(): number {
    return Math.min(this.#position, this.#applied);
  }

  #wake(): void {
    const reached = this.#everywhere();
    for (const entry of this.#waiting) if (entry.position <= reached) entry.resolve();
  }
}
