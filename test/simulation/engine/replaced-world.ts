import nodeCrypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync } from 'node:sqlite';
import nodeTimers from 'node:timers';
import nodeTimersPromises from 'node:timers/promises';
import { randomEventId } from '@parley/platform';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';
import { timersOf } from './timers.js';

/** Wall clock at the beginning of every world, milliseconds since 1970 UTC. */
const epoch = Date.UTC(2026, 0, 1);
const nodeProcess: NodeJS.EventEmitter = process;
const unforeseenEvents = ['unhandledRejection', 'uncaughtException'] as const;

/** One property of one object, and what it was before. */
interface Replaced {
  readonly object: object;
  readonly name: string;
  readonly before: PropertyDescriptor | undefined;
}

/**
 * While a world runs, everything that the code takes from Node without being given it (timers, clocks, chance, SQLite
 * connections, what happens to unforeseen errors) is the world's. The real one comes back at `restore`.
 */
export class ReplacedWorld {
  readonly #replaced: Replaced[] = [];
  readonly #listeners = new Map<string, readonly unknown[]>();
  #wallClock: () => number;
  #drawn = 0;
  #begun = false;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
  ) {
    this.#wallClock = () => epoch + scheduler.now + (scheduler.current?.clockOffset ?? 0);
    const { callbacks, promises } = timersOf(scheduler);
    for (const [name, value] of Object.entries(callbacks)) {
      this.#replace(globalThis, name, value);
      this.#replace(nodeTimers, name, value);
    }
    for (const [name, value] of Object.entries(promises)) this.#replace(nodeTimersPromises, name, value);
    this.#replace(performance, 'now', () => 1_000 + scheduler.now);
    this.#replace(Date, 'now', () => Math.floor(this.#wallClock()));
    this.#replaceChance();
    this.#replaceSqlite();
    syncBuiltinESMExports();
    this.#catchUnforeseen();
    this.#beginIds();
  }

  restore(): void {
    for (const { object, name, before } of this.#replaced.toReversed()) {
      if (before === undefined) Reflect.deleteProperty(object, name);
      else Object.defineProperty(object, name, before);
    }
    syncBuiltinESMExports();
    for (const [event, listeners] of this.#listeners) {
      nodeProcess.removeAllListeners(event);
      for (const listener of listeners) nodeProcess.on(event, listener as () => void);
    }
  }

  #replace(object: object, name: string, value: unknown): void {
    this.#replaced.push({ object, name, before: Object.getOwnPropertyDescriptor(object, name) });
    Object.defineProperty(object, name, { value, configurable: true, writable: true, enumerable: true });
  }

  #replaceChance(): void {
    const { random } = this;
    const fill = <T extends ArrayBufferView>(view: T): T => {
      this.#drawn++;
      // How much is drawn before the beginning depends on what was played before: it must not be felt.
      const source = this.#begun ? random : random.fork('ids');
      source.bytes(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
      return view;
    };
    const randomBytes = (size: number): Buffer => fill(Buffer.alloc(size));
    const randomUUID = (): string => {
      const hex = randomBytes(16).toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
    };
    this.#replace(Math, 'random', () => random.next());
    for (const [name, value] of Object.entries({ randomBytes, randomUUID, randomFillSync: fill }))
      this.#replace(nodeCrypto, name, value);
    this.#replace(globalThis.crypto, 'getRandomValues', fill);
    this.#replace(globalThis.crypto, 'randomUUID', randomUUID);
  }

  /**
   * Connections belong to the process that first uses them: they end with it. The class itself cannot be replaced: of
   * this module of Node's, those that have imported it keep what they have.
   */
  #replaceSqlite(): void {
    const { scheduler } = this;
    const owned = new WeakSet<DatabaseSync>();
    const connection = DatabaseSync.prototype;
    for (const [name, work] of Object.entries({ exec: connection.exec, prepare: connection.prepare })) {
      const owning = function (this: DatabaseSync, ...given: unknown[]): unknown {
        if (scheduler.current !== null && !owned.has(this)) {
          owned.add(this);
          scheduler.current.own(this);
        }
        return Reflect.apply(work, this, given);
      };
      this.#replace(connection, name, owning);
    }
  }

  #catchUnforeseen(): void {
    for (const event of unforeseenEvents) {
      this.#listeners.set(event, nodeProcess.rawListeners(event));
      nodeProcess.removeAllListeners(event);
      nodeProcess.on(event, (error: unknown) => this.scheduler.fail(error));
    }
  }

  /**
   * Ids of version 7 go on from the time and the chance of the run before: long ago they begin anew, and what was drawn
   * for them before is used up.
   */
  #beginIds(): void {
    const clock = this.#wallClock;
    this.#wallClock = () => 1_000;
    randomEventId();
    for (const before = this.#drawn; this.#drawn === before;) randomEventId();
    this.#wallClock = clock;
    this.#begun = true;
  }
}
