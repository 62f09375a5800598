import type { ProjectedPositions } from '@parley/ports';

/** How far one projector in this process is. */
export class Positions implements ProjectedPositions {
  #safe = 0;
  #applied = 0;
  readonly #waiting = new Set<() => void>();

  safePosition(): number {
    return this.#safe;
  }

  waitFor(position: number, timeoutMs: number): Promise<boolean> {
    if (this.#has(position)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const done = (reached: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(reached);
      };
      const look = (): void => {
        if (this.#has(position)) done(true);
      };
      const timer = setTimeout(() => done(false), timeoutMs);
      this.#waiting.add(look);
    });
  }

  /** What deliveries depend on has everything up to here. */
  published(position: number): void {
    this.#safe = Math.max(this.#safe, position);
    this.#look();
  }

  /** Everything that works has it. */
  applied(position: number): void {
    this.#applied = Math.max(this.#applied, position);
    this.#look();
  }

  #has(position: number): boolean {
    return Math.min(this.#safe, this.#applied) >= position;
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}
