import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { RangeSet } from './ranges.js';

const range = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 8 }));

it('behaves like a set of numbers', () => {
  expect.hasAssertions();
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), range), { maxLength: 30 }), (steps) => {
      const ranges = new RangeSet();
      const numbers = new Set<number>();
      for (const [isAdd, [from, length]] of steps) {
        const to = from + length;
        if (isAdd) ranges.add(from, to);
        else ranges.remove(from, to);
        for (let n = from; n <= to; n++)
          if (isAdd) numbers.add(n);
          else numbers.delete(n);
      }
      for (let n = 0; n <= 50; n++) expect(ranges.has(n)).toBe(numbers.has(n));
      expect(ranges.isEmpty).toBe(numbers.size === 0);
      expect(ranges.first?.[0]).toBe([...numbers].toSorted((a, b) => a - b)[0]);
      expect(RangeSet.from(ranges.toJSON()).toJSON()).toEqual(ranges.toJSON());
    }),
  );
});

it('joins neighbours and ignores what is empty', () => {
  const ranges = new RangeSet();
  ranges.add(5, 4);
  expect(ranges.isEmpty).toBe(true);
  ranges.add(1, 2);
  ranges.add(3, 4);
  expect(ranges.toJSON()).toEqual([[1, 4]]);
});
