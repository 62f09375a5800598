/**
 * Wakes subscriptions in any thread when the log has grown. It carries no data: who wakes reads the database, so a lost
 * or early wake-up can never lose an event. Waiting does not keep the process alive.
 */
export type HeadSignal = SharedArrayBuffer;

export const newHeadSignal = (): HeadSignal => new SharedArrayBuffer(4);

export function raise(signal: HeadSignal): void {
  const count = new Int32Array(signal);
  Atomics.add(count, 0, 1);
  Atomics.notify(count, 0);
}

/** Take it before reading the log; then `waitForRise` cannot miss what is written meanwhile. */
export const observe = (signal: HeadSignal): number => Atomics.load(new Int32Array(signal), 0);

export async function waitForRise(signal: HeadSignal, seen: number): Promise<void> {
  const wait = Atomics.waitAsync(new Int32Array(signal), 0, seen);
  if (wait.async) await wait.value;
}
