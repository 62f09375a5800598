import type { Logger } from '@parley/platform';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RedisUnavailable } from '../connection/command-link.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { createLeases } from './leases.js';

/** Redis as the leases of one process see it. */
let holder: 'nobody' | 'us' | 'others' | 'away';
let working: boolean;
let runs: number;
let lease: { close(): Promise<void> };

const connection = {
  name: (...parts: readonly string[]) => parts.join(':'),
  commands: {
    run: async () => {
      if (holder === 'away') throw new RedisUnavailable('of this test');
      if (holder === 'nobody') holder = 'us';
      return holder === 'us' ? 1 : 0;
    },
    attempt: async () => {
      if (holder === 'us') holder = 'nobody';
    },
  },
} as unknown as RedisConnection;
const logger = { info() {}, warn() {}, error() {} } as unknown as Logger;
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  working = false;
  runs = 0;
});
afterEach(async () => {
  const closing = lease.close();
  await pass(6_000);
  await closing;
  vi.useRealTimers();
});
const hold = (): void => {
  lease = createLeases(connection, { logger }).hold('relay', async (signal) => {
    runs++;
    working = true;
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    working = false;
  });
};

it('works while it is the holder, and again when it becomes it again', async () => {
  holder = 'others';
  hold();
  await pass(20_000);
  expect(working).toBe(false);
  holder = 'nobody';
  await pass(600);
  expect(working).toBe(true);
  holder = 'others';
  await pass(600);
  expect(working).toBe(false);
  holder = 'nobody';
  await pass(1_200);
  expect({ working, runs }).toEqual({ working: true, runs: 2 });
});

it('goes on while nobody can be asked', async () => {
  holder = 'nobody';
  hold();
  await pass(600);
  holder = 'away';
  await pass(600_000);
  expect({ working, runs }).toEqual({ working: true, runs: 1 });
  holder = 'nobody';
  await pass(600);
  expect({ working, runs }).toEqual({ working: true, runs: 1 });
});

it('works without a lease when nobody can be asked for long, until somebody else has it', async () => {
  holder = 'away';
  hold();
  await pass(9_000);
  expect(working).toBe(false);
  await pass(2_000);
  expect(working).toBe(true);
  holder = 'others';
  await pass(600);
  expect(working).toBe(false);
});

it('lets go at the end, also of work that does not end', async () => {
  holder = 'nobody';
  lease = createLeases(connection, { logger }).hold('relay', () => new Promise(() => {}));
  await pass(600);
  let closed = false;
  const closing = lease.close().then(() => (closed = true));
  await pass(4_000);
  expect(closed).toBe(false);
  await pass(2_000);
  await closing;
  expect(holder).toBe('nobody');
});

it('tries again, not at once, when the work fails', async () => {
  holder = 'nobody';
  runs = 0;
  lease = createLeases(connection, { logger }).hold('relay', () => {
    runs++;
    throw new Error('of this test');
  });
  await pass(10_000);
  expect(runs).toBeGreaterThan(4);
  expect(runs).toBeLessThan(12);
});
