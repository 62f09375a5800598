import type { AllPage, ReadAllOptions } from '@parley/ports';
import { expect, it, vi } from 'vitest';
import { eventsBehind } from './events-behind.js';

/** Positions are bytes: event n ends at n * 100. */
const total = 10_000;
const event = (n: number) => ({ position: n * 100, stream: `conversation-${n % 2}` }) as AllPage['events'][number];
const readAll = vi.fn<(options?: ReadAllOptions) => Promise<AllPage>>(async ({ after = 0, limit = 512 } = {}) => {
  const first = Math.floor(after / 100) + 1;
  const last = Math.min(total, first + limit - 1);
  const events = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => event(first + i));
  return { events, considered: events.at(-1)?.position ?? after, atEnd: last === total };
});
const partitionOf = (stream: string): number => Number(stream.at(-1));
const behind = (...reached: number[][]) => eventsBehind({ readAll }, reached, partitionOf, total * 100);

it('counts events, whatever positions measure, each in its partition', async () => {
  readAll.mockClear();
  expect(await behind([999_000, 1_000_000], [1_000_000, 999_000], [999_000, 999_000], [1_000_000, 1_000_000])).toEqual([
    5, 5, 10, 0,
  ]);
  expect(readAll).toHaveBeenCalledTimes(1);
});

it('estimates what is too much to count', async () => {
  const [far, near] = await behind([0, 0], [999_000, 1_000_000]);
  expect(far).toBe(total);
  expect(near).toBe(5);
});

it('tells a partition that never began from one that has nothing', async () => {
  const [half] = await behind([0, 1_000_000]);
  expect(half).toBeGreaterThan(2_000);
  expect(half).toBeLessThan(total);
});
