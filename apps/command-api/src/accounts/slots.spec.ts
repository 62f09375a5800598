import { expect, it } from 'vitest';
import { Slots } from './slots.js';

it('runs so many at a time, the others in order, and refuses more than may wait', async () => {
  const slots = new Slots(2, 3);
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
  const started: number[] = [];
  let running = 0;
  let most = 0;
  const runs = gates.map((gate, i) =>
    slots.run(async () => {
      started.push(i);
      most = Math.max(most, ++running);
      await gate.promise;
      running--;
      if (i === 1) throw new Error('also frees its slot');
    }),
  );
  expect(slots.run(async () => undefined)).toBeNull();
  for (const gate of gates) gate.resolve();
  const outcomes = await Promise.allSettled(runs.map((run) => Promise.resolve(run)));
  expect(outcomes.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
  expect(started).toEqual([0, 1, 2, 3, 4]);
  expect(most).toBe(2);
  expect(slots.run(async () => undefined)).not.toBeNull();
});
