import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Arrivals } from './arrivals.js';
import { compareArrivals } from './compare-arrivals.js';

const spans = [
  { from: 1, to: 5 },
  { from: 8, to: 9 },
];
const of = (...sequences: number[]) => {
  const arrivals = new Arrivals();
  for (const sequence of sequences) arrivals.add(sequence);
  return compareArrivals(arrivals, spans);
};
const clean = { delivered: 7, lost: 0, duplicated: 0, outOfOrder: 0, unauthorised: 0 };

describe('compareArrivals', () => {
  it('finds nothing when all came once and in order', () => {
    expect(of(1, 2, 3, 4, 5, 8, 9)).toEqual(clean);
    expect(compareArrivals(undefined, [])).toEqual({ ...clean, delivered: 0 });
  });

  it.each([
    ['a loss', [1, 2, 4, 5, 8, 9], { delivered: 6, lost: 1 }],
    ['everything lost', [], { delivered: 0, lost: 7 }],
    ['a duplicate', [1, 2, 3, 3, 4, 5, 8, 9], { duplicated: 1 }],
    ['a page twice', [1, 2, 3, 4, 1, 2, 3, 4, 5, 8, 9], { duplicated: 4 }],
    ['a page that overlaps', [1, 2, 3, 2, 3, 4, 5, 8, 9], { duplicated: 2 }],
    ['two in the wrong order', [1, 3, 2, 4, 5, 8, 9], { outOfOrder: 1 }],
    ['one long after its time', [1, 3, 4, 5, 8, 9, 2], { outOfOrder: 1 }],
    ['a leak from before', [1, 2, 3, 4, 5, 6, 8, 9], { unauthorised: 1 }],
    ['a leak from after', [1, 2, 3, 4, 5, 8, 9, 10, 11], { unauthorised: 2 }],
    [
      'several at once',
      [2, 1, 4, 4, 5, 7, 8, 9],
      { delivered: 6, lost: 1, duplicated: 1, outOfOrder: 1, unauthorised: 1 },
    ],
  ])('counts %s', (_, sequences, faults) => {
    expect(of(...sequences)).toEqual({ ...clean, ...faults });
  });

  it('counts as plain counting does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 }), (sequences) => {
        const seen = new Set<number>();
        let duplicated = 0;
        let outOfOrder = 0;
        for (const sequence of sequences) {
          if (seen.has(sequence)) duplicated++;
          else if (sequence < Math.max(0, ...seen)) outOfOrder++;
          seen.add(sequence);
        }
        const allowed = [...seen].filter((sequence) => sequence <= 5 || sequence === 8 || sequence === 9).length;
        const unauthorised = seen.size - allowed;
        expect(of(...sequences)).toEqual({
          delivered: allowed,
          lost: 7 - allowed,
          duplicated,
          outOfOrder,
          unauthorised,
        });
      }),
    );
  });
});
