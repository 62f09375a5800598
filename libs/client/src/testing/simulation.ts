import type { Environment, SocketConstructor } from '../environment.js';

interface Task {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** Mulberry32: small, seeded, good enough to choose between cases. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * A world with its own clock and its own chance: the same seed gives the same run. Time passes only in `run…`, and only
 * when nothing is left to do at the moment.
 */
export class Simulation {
  readonly random: () => number;
  /** Milliseconds that the wall clock is off. */
  clockOffset = 0;
  #now = 1_700_000_000_000;
  #order = 0;
  #tasks: Task[] = [];
  #ids = 0;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  get now(): number {
    return this.#now;
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** An integer from 0 to below `bound`. */
  below(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  after(ms: number, run: () => void): Task {
    const task = { at: this.#now + Math.max(ms, 0), order: this.#order++, run, cancelled: false };
    let at = this.#tasks.length;
    while (at > 0 && (this.#tasks[at - 1]?.at ?? 0) > task.at) at--;
    this.#tasks.splice(at, 0, task);
    return task;
  }

  /** Lets time pass until the condition holds. */
  async until(condition: () => boolean, withinMs = 600_000, what = 'the condition'): Promise<void> {
    const end = this.#now + withinMs;
    for (;;) {
      await settle();
      if (condition()) return;
      const task = this.#tasks.shift();
      if (task === undefined || task.at > end) throw new Error(`${what} did not come true in ${withinMs} ms`);
      this.#now = task.at;
      if (!task.cancelled) task.run();
    }
  }

  /** Lets this much time pass. */
  async pass(ms: number): Promise<void> {
    let over = false;
    this.after(ms, () => (over = true));
    await this.until(() => over, ms + 1);
  }

  environment(WebSocket: SocketConstructor, fetch?: Environment['fetch']): Environment {
    return {
      now: () => this.#now + this.clockOffset,
      elapsed: () => this.#now,
      random: this.random,
      uniqueId: () => `id-${++this.#ids}`,
      setTimer: (run, ms) => {
        const task = this.after(ms, run);
        return { cancel: () => void (task.cancelled = true) };
      },
      defer: (run) => queueMicrotask(run),
      exclusive: (_name, work) => work(),
      WebSocket,
      fetch: fetch ?? (() => Promise.reject(new Error('no REST in this simulation'))),
    };
  }
}

/** Everything that promises had to do is done. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
