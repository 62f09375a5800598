import type { ProjectedPositions } from '@parley/ports';

/** How far the read models are, as the batches of the projecting thread tell. */
export class SafePositions implements ProjectedPositions {
  #position = 0;
  readonly #waiting = new Set<{ readonly position: number; readonly resolve: () => void }>();

  safePosition(): number {
    return this.#position;
  }

  waitFor(position: number, timeoutMs: number): Promise<boolean> {
    if (position <= this.#position) return Promise.resolve(true);
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

  advance(position: number): void {
    if (position <= this.#position) return;
    this.#position = position;
    for (const entry of this.#waiting) if (entry.position <= position) entry.resolve();
  }
}
