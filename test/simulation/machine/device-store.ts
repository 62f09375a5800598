import type { KeyValueStore } from '@parley/client';
import type { Incarnation } from '../engine/incarnation.js';
import type { Random } from '../engine/random.js';
import type { Scheduler } from '../engine/scheduler.js';

/** What a device keeps. A write that was answered survives the end of the process; one under way may, or may not. */
export class DeviceDisk {
  readonly #values = new Map<string, string>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
  ) {}

  /** As one life of the device's process has it. */
  open(actor: Incarnation): KeyValueStore {
    const { scheduler, random } = this;
    const values = this.#values;
    // Calls are carried out in order, whatever each takes.
    let free = 0;
    const queue = <T>(work: () => T): Promise<T> => {
      if (!actor.step()) return new Promise(() => undefined);
      free = Math.max(free, scheduler.now) + random.between(0.1, 2);
      const { promise, resolve } = Promise.withResolvers<T>();
      let done = false;
      const carryOut = (): T => {
        done = true;
        return work();
      };
      scheduler.at(free, actor, () => resolve(carryOut()));
      actor.onEnd(() => {
        if (!done && random.chance(0.5)) carryOut();
      });
      return promise;
    };
    return {
      get: (key) => queue(() => values.get(key)),
      set: (key, value) => queue(() => void values.set(key, value)),
      delete: (key) => queue(() => void values.delete(key)),
      entries: (prefix) =>
        queue(() => [...values].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1))),
    };
  }
}
