import type { Storage } from './storage.js';

interface Waiting {
  readonly frame: Buffer;
  readonly committed: () => void;
  readonly failed: (error: Error) => void;
}

/**
 * Writes frames in the order they came, many per sync: while one group is being synced the next one gathers. A frame
 * that cannot be written fails itself and everything behind it for good, because the log would have a hole.
 */
export class GroupCommit {
  readonly #storage: Storage;
  readonly #committedGroup: () => void;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #running: Promise<void> | null = null;
  #failure: Error | null = null;
  #drained: (() => void)[] = [];

  /** @param committedGroup called once a group, after all its frames were reported as committed */
  constructor(storage: Storage, committedGroup: () => void) {
    this.#storage = storage;
    this.#committedGroup = committedGroup;
  }

  /** Set when nothing can be written any more. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** Bytes accepted and not yet durable. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  enqueue(waiting: Waiting): void {
    if (this.#failure !== null) {
      waiting.failed(this.#failure);
      return;
    }
    this.#waiting.push(waiting);
    this.#waitingBytes += waiting.frame.length;
    this.#running ??= this.#run();
  }

  /** Resolves when nothing is waiting any more, whether it was written or has failed. */
  idle(): Promise<void> {
    return this.#running ?? Promise.resolve();
  }

  /** Resolves when a group has left the queue: the moment to accept more. */
  groupLeft(): Promise<void> {
    if (this.#running === null) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Nothing that waits is written any more, as if the process had died. */
  abandon(reason: Error): void {
    this.#fail(reason, this.#waiting);
    this.#waiting = [];
  }

  async #run(): Promise<void> {
    // What else arrives in this turn of the event loop belongs to the first group.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#storage.append(group.map((one) => one.frame));
      } catch (error) {
        this.#fail(error instanceof Error ? error : new Error(String(error)), [...group, ...this.#waiting]);
        this.#waiting = [];
        break;
      }
      if (this.#failure !== null) {
        this.#fail(this.#failure, group);
        break;
      }
      for (const one of group) {
        this.#waitingBytes -= one.frame.length;
        one.committed();
      }
      this.#committedGroup();
      this.#wakeDrained();
    }
    this.#running = null;
    this.#wakeDrained();
  }

  #fail(error: Error, group: readonly Waiting[]): void {
    this.#failure ??= error;
    for (const one of group) {
      this.#waitingBytes -= one.frame.length;
      one.failed(this.#failure);
    }
  }

  #wakeDrained(): void {
    const drained = this.#drained;
    this.#drained = [];
    for (const wake of drained) wake();
  }
}
