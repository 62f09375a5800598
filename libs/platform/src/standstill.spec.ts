import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Standstill } from './standstill.js';

let clock = 0;
let standstill: Standstill;
beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
  standstill = new Standstill();
});
afterEach(() => {
  standstill.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Time goes by, and timers with it. */
function run(ms: number): void {
  for (let passed = 0; passed < ms; passed += 50) {
    clock += 50;
    vi.advanceTimersByTime(50);
  }
}

it('is nothing to a process that runs, however long nobody asks', () => {
  expect(standstill.hasJustEnded()).toBe(false);
  run(60_000);
  expect(standstill.hasJustEnded()).toBe(false);
});

it('is known to the first who asks after it, before any timer, and for two seconds', () => {
  run(5_000);
  clock += 30_000;
  expect(standstill.hasJustEnded()).toBe(true);
  run(1_900);
  expect(standstill.hasJustEnded()).toBe(true);
  run(200);
  expect(standstill.hasJustEnded()).toBe(false);
});

it('is known when a timer was first', () => {
  run(5_000);
  clock += 30_000;
  run(300);
  expect(standstill.hasJustEnded()).toBe(true);
});
