import type { LogDisk } from './log-disk.js';
import { LogServer, type LogServerParts } from './log-server.js';

/** The machine of the event log: its disk outlives the process. */
export class LogMachine {
  readonly disk: LogDisk;
  #server: LogServer | null = null;
  #lives = 0;

  constructor(
    private readonly parts: LogServerParts,
    /** It ended: somebody is to start it again. */
    private readonly onDown: () => void,
  ) {
    this.disk = parts.disk;
  }

  get server(): LogServer | null {
    return this.#server;
  }

  start(): void {
    if (this.#server !== null) return;
    this.#server = new LogServer(this.parts, ++this.#lives, new Map());
    this.parts.trace.note(`start log ${this.#lives}`);
  }

  crash(): void {
    const server = this.#server;
    if (server === null) return;
    this.parts.trace.note(`crash log ${this.#lives}`);
    this.#server = null;
    server.actor.end();
    this.onDown();
  }
}
