import { expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.js';

it('plays as many seeds as asked for, from one at random or from a given one', () => {
  expect(parseOptions([], 0)?.seeds).toHaveLength(100);
  expect(parseOptions(['--seeds', '3', '--from', '7'], 0.5)?.seeds).toEqual([7, 8, 9]);
  expect(parseOptions(['--seed', '42', '--seeds', '9'], 0.5)?.seeds).toEqual([42]);
});

it('says what is wrong', () => {
  expect(() => parseOptions(['--seed', 'x'], 0)).toThrow(UsageError);
  expect(() => parseOptions(['--bug', 'none'], 0)).toThrow(UsageError);
  expect(() => parseOptions(['--seedling'], 0)).toThrow(UsageError);
  expect(parseOptions(['--help'], 0)).toBeNull();
});
