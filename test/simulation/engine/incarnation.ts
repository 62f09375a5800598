/** A resource that ends with its process. */
export interface Owned {
  close(): void;
}

/**
 * One life of one process. Everything that a process does beyond its own memory names its incarnation; what a dead one
 * still does has no effect, and nothing is run for it any more.
 */
export class Incarnation {
  /** Milliseconds that the wall clock of its machine is off. */
  clockOffset = 0;
  /** Stands still until then, in the time of the world: nothing is run for it, and it does not notice. */
  pausedUntil = 0;
  #alive = true;
  #stepsLeft = Infinity;
  #onLastStep: () => void = () => undefined;
  readonly #owned = new Set<Owned>();
  readonly #endings: (() => void)[] = [];

  constructor(
    readonly name: string,
    readonly number: number,
  ) {}

  get alive(): boolean {
    return this.#alive;
  }

  /** Dies after so many more steps, wherever it is then. */
  dieAfter(steps: number, onLastStep: () => void): void {
    this.#stepsLeft = steps;
    this.#onLastStep = onLastStep;
  }

  /** To be called before anything leaves the process or reaches its disk. false: it is dead, and nothing happens. */
  step(): boolean {
    if (!this.#alive) return false;
    if (--this.#stepsLeft >= 0) return true;
    this.#onLastStep();
    return false;
  }

  /** Closed when it dies, as an operating system does. */
  own(resource: Owned): void {
    this.#owned.add(resource);
  }

  onEnd(ending: () => void): void {
    this.#endings.push(ending);
  }

  end(): void {
    if (!this.#alive) return;
    this.#alive = false;
    for (const ending of this.#endings) ending();
    for (const resource of this.#owned) {
      try {
        resource.close();
      } catch {
        // Closed by itself before.
      }
    }
    this.#owned.clear();
  }
}
