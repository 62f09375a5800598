import { setTimeout as sleep } from 'node:timers/promises';

/** Nothing moves for this long: it never will. */
const stalledMs = 120_000;

/** `atOnce` of them at a time. Ends with the first failure. */
export async function inParallel<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        await work(items[index] as Item, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}

/** @throws Error when `figure` stands still though the work goes on */
export async function orStalled(work: Promise<void>, figure: () => number, standing: () => string): Promise<void> {
  const over = new AbortController();
  const watch = async (): Promise<void> => {
    for (let last = figure(), since = performance.now(); ;) {
      await sleep(1_000, undefined, { signal: over.signal });
      const now = figure();
      if (now !== last) since = performance.now();
      last = now;
      if (performance.now() - since > stalledMs)
        throw new Error(`nothing has moved for ${stalledMs / 1000} s; ${standing()}`);
    }
  };
  try {
    await Promise.race([work, watch()]);
  } finally {
    over.abort();
  }
}
