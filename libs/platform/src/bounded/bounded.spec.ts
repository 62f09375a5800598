import { expect, it } from 'vitest';
import { Gate, mapBounded } from './bounded.js';

/** A work that counts how many run at once. */
function counted() {
  const seen = { running: 0, most: 0 };
  const work = async (): Promise<void> => {
    seen.most = Math.max(seen.most, ++seen.running);
    await new Promise(setImmediate);
    seen.running--;
  };
  return { seen, work };
}

it('lets so many through at once, and all in the end', async () => {
  const { seen, work } = counted();
  const gate = new Gate(3);
  await Promise.all(Array.from({ length: 50 }, () => gate.run(work)));
  expect(seen).toEqual({ running: 0, most: 3 });
});

it('gives the place of one that failed to the next', async () => {
  const gate = new Gate(1);
  const failed = gate.run(() => Promise.reject(new Error('no')));
  const next = gate.run(() => Promise.resolve('yes'));
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('yes');
});

it('maps in the order of the items, whatever ends first', async () => {
  const { seen, work } = counted();
  const squares = await mapBounded([3, 1, 2, 5, 4], 2, async (n) => {
    for (let i = 0; i < n; i++) await work();
    return n * n;
  });
  expect(squares).toEqual([9, 1, 4, 25, 16]);
  expect(seen.most).toBe(2);
});

it('begins nothing after a failure, and leaves nothing running', async () => {
  const begun: number[] = [];
  const done: number[] = [];
  const mapping = mapBounded([1, 2, 3, 4, 5, 6], 2, async (n) => {
    begun.push(n);
    await new Promise(setImmediate);
    if (n === 1) throw new Error('first');
    done.push(n);
  });
  await expect(mapping).rejects.toThrow('first');
  expect(done.length).toBe(begun.length - 1);
  expect(begun.length).toBeLessThan(6);
});
