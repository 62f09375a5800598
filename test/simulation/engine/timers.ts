import type { Incarnation } from './incarnation.js';
import type { Scheduler } from './scheduler.js';
import type { Task } from './task-heap.js';

type Run = (...values: unknown[]) => void;

/** A timer of the world, where the code expects one of Node. */
export class SimulatedTimer {
  #task: Task | null = null;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly actor: Incarnation | null,
    private readonly ms: number,
    private readonly run: () => void,
    private readonly repeats: boolean,
  ) {
    this.#start();
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  refresh(): this {
    this.clear();
    this.#start();
    return this;
  }

  clear(): void {
    if (this.#task !== null) this.#task.cancelled = true;
    this.#task = null;
  }

  #start(): void {
    this.#task = this.scheduler.after(this.ms, this.actor, () => {
      this.#task = null;
      if (this.repeats) this.#start();
      this.run();
    });
  }
}

interface PauseOptions {
  readonly signal?: AbortSignal;
}

const clear = (given: unknown): void => {
  if (given instanceof SimulatedTimer) given.clear();
};

/** The functions of `node:timers` and `node:timers/promises` on the time of the world. */
export function timersOf(scheduler: Scheduler) {
  const timer = (run: Run, ms: number | undefined, values: unknown[], repeats: boolean): SimulatedTimer => {
    const least = repeats ? 1 : 0;
    return new SimulatedTimer(
      scheduler,
      scheduler.current,
      Math.max(least, Math.min(ms ?? 1, 2_147_483_647)),
      () => run(...values),
      repeats,
    );
  };
  const pause = (ms: number | undefined, value: unknown, { signal }: PauseOptions = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const aborted = (): void => {
        waiting.clear();
        reject(abortError(signal));
      };
      const waiting = timer(
        () => {
          signal?.removeEventListener('abort', aborted);
          resolve(value);
        },
        ms,
        [],
        false,
      );
      if (signal?.aborted === true) aborted();
      else signal?.addEventListener('abort', aborted, { once: true });
    });
  return {
    callbacks: {
      setTimeout: (run: Run, ms?: number, ...values: unknown[]) => timer(run, Math.max(1, ms ?? 1), values, false),
      setInterval: (run: Run, ms?: number, ...values: unknown[]) => timer(run, ms, values, true),
      setImmediate: (run: Run, ...values: unknown[]) => timer(run, 0, values, false),
      clearTimeout: clear,
      clearInterval: clear,
      clearImmediate: clear,
    },
    promises: {
      setTimeout: (ms?: number, value?: unknown, options?: PauseOptions) => pause(Math.max(1, ms ?? 1), value, options),
      setImmediate: (value?: unknown, options?: PauseOptions) => pause(0, value, options),
    },
  };
}

function abortError(signal: AbortSignal | undefined): Error {
  const error = new Error('The operation was aborted', { cause: signal?.reason });
  error.name = 'AbortError';
  return error;
}
