import { expect, it } from 'vitest';
import { firstDay } from './activity-reader.js';
import { Pace } from './pace.js';

it('finds the day from which on every partition noted what a cursor has not seen', () => {
  const records = [
    { partition: 0, day: 12, firstPosition: 90 },
    { partition: 0, day: 10, firstPosition: 40 },
    { partition: 1, day: 11, firstPosition: 60 },
    { partition: 1, day: 9, firstPosition: 11 },
  ];
  expect(firstDay(records, 2, 100)).toBe(11);
  expect(firstDay(records, 2, 89)).toBe(11);
  expect(firstDay(records, 2, 88)).toBe(10);
  expect(firstDay(records, 2, 59)).toBe(10);
  expect(firstDay(records, 2, 58)).toBe(9);
  // The first partition has no record from before that: what it noted then may be gone.
  expect(firstDay(records, 2, 38)).toBeNull();
  expect(firstDay(records, 1, 39)).toBe(10);
  // A third one has never been heard of.
  expect(firstDay(records, 3, 100)).toBeNull();
  expect(firstDay([], 1, 0)).toBeNull();
});

it('looks a minute ahead, at the pace of the last while', () => {
  let now = 0;
  const pace = new Pace(() => now);
  expect(pace.ahead(1_000)).toBe(0);
  now = 5_000;
  expect(pace.ahead(2_000)).toBe(0);
  now = 10_000;
  expect(pace.ahead(3_000)).toBe(12_000);
  now = 15_000;
  expect(pace.ahead(3_000)).toBe(12_000);
  now = 20_000;
  expect(pace.ahead(3_000)).toBe(0);
});
