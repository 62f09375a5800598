import type { Incarnation } from './incarnation.js';
import { TaskHeap, type Task } from './task-heap.js';
import type { Trace } from './trace.js';

/** The real one: the scheduler's own turns, between which Node carries out all that promises have to do. */
const { setImmediate: nextTurn } = globalThis;
const turnsAtOnce = 64;

/** Something that no process of the world foresaw. */
export interface Unforeseen {
  readonly actor: string;
  readonly error: unknown;
}

/**
 * Time and order of the world. What is to happen waits here; the earliest is run, then everything that promises make of it,
 * then the next. Time passes only in between. One process at a time: `current` says whose turn it is, so a timer that is
 * set in it is that process's own.
 */
export class Scheduler {
  readonly unforeseen: Unforeseen[] = [];
  readonly #tasks = new TaskHeap();
  readonly #trace: Trace;
  #now = 0;
  #order = 0;
  #executed = 0;
  #current: Incarnation | null = null;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** Milliseconds since the world began. */
  get now(): number {
    return this.#now;
  }

  get current(): Incarnation | null {
    return this.#current;
  }

  get executed(): number {
    return this.#executed;
  }

  /** `actor`: whose turn it is then; null: nobody's, the world's own. */
  after(ms: number, actor: Incarnation | null, run: () => void): Task {
    return this.at(this.#now + Math.max(0, ms), actor, run);
  }

  /**
   * At this moment, or at once when it is over. What must not overtake something else is set to the other's moment by
   * this: a sum of `now` and a difference to it may be rounded to a moment before.
   */
  at(moment: number, actor: Incarnation | null, run: () => void): Task {
    const task: Task = { at: Math.max(this.#now, moment), order: this.#order++, actor, run, cancelled: false };
    this.#tasks.push(task);
    return task;
  }

  /** Something was thrown that nobody caught. Of the dead it does not count. */
  fail(error: unknown): void {
    if (this.#current?.alive === false) return;
    this.unforeseen.push({ actor: this.#current?.name ?? 'the world', error });
  }

  /** Runs until the condition holds, something unforeseen happens, or nothing is left to do. */
  run(until: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      let over = false;
      const turn = (): void => {
        if (over) return;
        this.#current = null;
        const task = until() || this.unforeseen.length > 0 ? undefined : this.#next();
        if (task === undefined) {
          over = true;
          resolve();
        } else this.#execute(task);
      };
      const fill = (): void => {
        if (over) return;
        for (let i = 0; i < turnsAtOnce; i++) nextTurn(turn);
        nextTurn(fill);
      };
      fill();
    });
  }

  #next(): Task | undefined {
    for (;;) {
      const task = this.#tasks.pop();
      if (task === undefined) return undefined;
      if (task.cancelled || task.actor?.alive === false) continue;
      const pausedUntil = task.actor?.pausedUntil ?? 0;
      if (pausedUntil <= task.at) return task;
      task.at = pausedUntil;
      this.#tasks.push(task);
    }
  }

  #execute(task: Task): void {
    this.#now = Math.max(this.#now, task.at);
    this.#executed++;
    this.#current = task.actor;
    this.#trace.note(`${this.#now} ${task.actor?.name ?? ''} ${task.order}`);
    try {
      task.run();
    } catch (error) {
      this.fail(error);
    }
    // `current` stays until the next turn: promises go on in this one.
  }
}
