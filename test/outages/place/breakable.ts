import { type EngineName, faults, type Where } from '#engines';

/** A server in the hands of the run. Each call resolves when it is so. */
export interface Breakable {
  /** SIGTERM. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** After `stop`, `kill` or its own end: with the same data at the same address, ready. Else nothing. */
  start(): Promise<void>;
  /** In good order; of several, one after the other, each when the one before is ready. */
  restart(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Every answer comes so much later; 0: at once again. */
  slow(ms: number): Promise<void>;
  fillDisk(): Promise<void>;
  /** The disk has room again, and the server is ready. */
  freeDisk(): Promise<void>;
}

/** An engine that `up` started in this place, or one node of it, proxied and on a small disk. */
export const breakableEngine = (name: EngineName, where: Where): Breakable => ({
  stop: () => faults.stop(name, where),
  kill: () => faults.kill(name, where),
  start: () => faults.start(name, where),
  async restart() {
    await faults.stop(name, where);
    await faults.start(name, where);
  },
  freeze: () => faults.freeze(name, where),
  thaw: () => faults.thaw(name, where),
  slow: (ms) => (ms === 0 ? faults.heal(name, where) : faults.slow(name, ms, where)),
  fillDisk: () => faults.fillDisk(name, where),
  async freeDisk() {
    await faults.freeDisk(name, where);
    // Kafka and Cassandra end when they cannot write.
    await faults.start(name, where);
  },
});
