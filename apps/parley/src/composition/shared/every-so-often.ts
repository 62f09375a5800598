import { setTimeout as pause } from 'node:timers/promises';

/** Does it again and again, one after the other, until closed; what fails is done again the next time. */
export function everySoOften(milliseconds: number, work: () => Promise<void>): { close(): Promise<void> } {
  const closing = new AbortController();
  const { signal } = closing;
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await work().catch(() => undefined);
      await pause(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
    }
  };
  const done = run();
  return {
    async close() {
      closing.abort();
      await done;
    },
  };
}
