import { expect, it } from 'vitest';
import { startPace } from './pace.js';

const milliseconds = (count: number): Promise<void> => new Promise((done) => setTimeout(done, count));

it('closed: keeps the number in flight, and sends none after the stop', () => {
  const open: Array<{ sender: number; settled: () => void }> = [];
  const pace = startPace({ kind: 'closed', inFlight: 3 }, 2, (sender, _at, settled) => open.push({ sender, settled }));
  expect(open.map(({ sender }) => sender)).toEqual([0, 0, 0, 1, 1, 1]);
  open.shift()?.settled();
  expect(open.map(({ sender }) => sender)).toEqual([0, 0, 1, 1, 1, 0]);
  pace.stop();
  open.shift()?.settled();
  expect(open).toHaveLength(5);
});

it('steady: due times do not move when the generator is held up', async () => {
  const sent: Array<{ sender: number; at: number }> = [];
  const pace = startPace({ kind: 'steady', perSecond: 1_000 }, 3, (sender, at) => sent.push({ sender, at }));
  await milliseconds(20);
  const until = performance.now() + 50;
  while (performance.now() < until);
  await milliseconds(20);
  pace.stop();
  const count = sent.length;
  await milliseconds(20);

  expect(sent).toHaveLength(count);
  expect(count).toBeGreaterThanOrEqual(85);
  expect(sent.every(({ sender }, n) => sender === n % 3)).toBe(true);
  expect(sent.every(({ at }, n) => at === (sent[0]?.at ?? 0) + n * 1_000)).toBe(true);
  expect(pace.lateness.percentile(100)).toBeGreaterThan(40_000);
});
