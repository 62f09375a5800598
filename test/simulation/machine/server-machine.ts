import { Incarnation } from '../engine/incarnation.js';
import type { Random } from '../engine/random.js';
import type { Scheduler } from '../engine/scheduler.js';
import type { Trace } from '../engine/trace.js';
import type { Bugs } from '../world/bugs.js';
import { Folder } from './folder.js';
import { LogClient } from './log-client.js';
import type { LogServer } from './log-server.js';
import type { Network } from './network.js';
import type { DiskWeather } from './projection-faults.js';
import { ServerProcess, type ServerProcessParts } from './server-process.js';

export interface ServerMachineParts {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly random: Random;
  readonly network: Network;
  readonly name: string;
  readonly root: string;
  readonly bugs: Bugs;
  server(): LogServer | null;
  /** It ended, however: somebody is to start it again. */
  onDown(machine: ServerMachine): void;
  /** A promise that was not kept. */
  found(check: string, detail: string): void;
}

/** The machine of one server: its disk and its clock outlive the process. */
export class ServerMachine {
  readonly name: string;
  readonly weather: DiskWeather = { slow: { until: 0, ms: 0 }, failsUntil: 0 };
  readonly #parts: ServerMachineParts;
  readonly #folder: Folder;
  #actor: Incarnation | null = null;
  #process: ServerProcess | null = null;
  #lives = 0;
  #clockOffset = 0;

  constructor(parts: ServerMachineParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.#folder = new Folder(parts.root, parts.random.fork('folder'));
  }

  /** The process, once it takes requests. */
  get process(): ServerProcess | null {
    return this.#process;
  }

  /** The process, from its first moment. */
  get actor(): Incarnation | null {
    return this.#actor;
  }

  /** Does nothing while one runs. */
  start(): void {
    if (this.#actor !== null) return;
    const { scheduler, network, name, bugs, random, trace, found } = this.#parts;
    const actor = new Incarnation(name, ++this.#lives);
    actor.clockOffset = this.#clockOffset;
    this.#actor = actor;
    trace.note(`start ${name} ${actor.number}`);
    const log = new LogClient({ network, machine: name, actor, bugs, server: () => this.#parts.server() });
    scheduler.after(0, actor, () => {
      const { weather } = this;
      const folder = this.#folder.path;
      void this.#begin({ scheduler, random, machine: name, actor, folder, weather, log, bugs, found });
    });
  }

  async #begin(parts: ServerProcessParts): Promise<void> {
    const process = await ServerProcess.start(parts).catch(() => null);
    if (this.#actor !== parts.actor) return;
    this.#process = process;
    // A server that cannot start ends.
    if (process === null) this.crash(false);
  }

  /** Stands still for so long, ms, and does not notice. */
  pause(ms: number): void {
    if (this.#actor !== null) this.#actor.pausedUntil = this.#parts.scheduler.now + ms;
  }

  /** `powerCut`: what was not written through is lost as well. */
  crash(powerCut: boolean): void {
    const actor = this.#actor;
    if (actor === null) return;
    this.#parts.trace.note(`crash ${this.name} ${actor.number}`);
    this.#actor = null;
    this.#process = null;
    this.#folder.crash(powerCut);
    actor.end();
    this.#parts.onDown(this);
  }

  /** As at SIGTERM. Ends by itself, or is killed when it takes too long. */
  stop(patienceMs: number): void {
    const process = this.#process;
    const actor = this.#actor;
    if (process === null || actor === null) return;
    const { scheduler } = this.#parts;
    const end = (): void => {
      if (this.#actor === actor) this.crash(false);
    };
    scheduler.after(patienceMs, null, end);
    scheduler.after(0, actor, () => void process.stop().then(end, end));
  }

  /** The wall clock is set. */
  setClock(offset: number): void {
    this.#clockOffset = offset;
    if (this.#actor !== null) this.#actor.clockOffset = offset;
  }
}
