import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { within } from './within.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('gives what comes in time, a failure too', async () => {
  await expect(within(1_000, Promise.resolve(7), () => new Error('late'))).resolves.toBe(7);
  await expect(within(1_000, Promise.reject(new Error('away')), () => new Error('late'))).rejects.toThrow('away');
  expect(vi.getTimerCount()).toBe(0);
});

it('gives up what takes longer, whatever becomes of it', async () => {
  const work = Promise.withResolvers<number>();
  const answer = within(1_000, work.promise, () => new Error('late')).catch(String);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await answer).toBe('Error: late');
  work.reject(new Error('away'));
  await vi.advanceTimersByTimeAsync(0);
});
