import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FeedItem, fixedSource, mergeFeed, rowSource, sparing } from './change-feed.js';

const source = (positions: readonly number[], rank: number) => {
  const sorted = positions.toSorted((a, b) => a - b);
  return rowSource(
    (after, limit) => sorted.filter((position) => position > after).slice(0, limit),
    (position) => position,
    (position): FeedItem => ({ position, rank, json: `${rank}` }),
  );
};

describe('mergeFeed', () => {
  it('gives everything once and in order, on pages of any size, with one event never on two pages', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 200, size: 'max' }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 320 }),
        (all, limit, upTo) => {
          const expected = all
            .flatMap((positions, rank) => positions.filter((p) => p <= upTo).map((position) => ({ position, rank })))
            .toSorted((a, b) => a.position - b.position || a.rank - b.rank);
          const found: { position: number; rank: number }[] = [];
          let after = 0;
          for (let more = true; more;) {
            const sources = all.map((positions, rank) =>
              source(
                positions.filter((p) => p > after && p <= upTo),
                rank,
              ),
            );
            const page = mergeFeed(sources, after, upTo, limit);
            expect(page.items.every((item) => item.position > after && item.position <= page.upTo)).toBe(true);
            expect(page.items.length > 0 || !page.hasMore).toBe(true);
            found.push(...page.items.map(({ position, rank }) => ({ position, rank })));
            expect(page.upTo > after || !page.hasMore).toBe(true);
            after = page.upTo;
            more = page.hasMore;
          }
          expect(found).toEqual(expected);
          expect(after).toBe(upTo);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('takes sources that hold everything at once', () => {
    const items = [{ position: 3, rank: 0, json: 'a' }];
    expect(mergeFeed([fixedSource(items)], 0, 9, 10)).toEqual({ items, upTo: 9, hasMore: false });
  });

  it('reads little ahead of many sources', () => {
    const limits: number[] = [];
    const many = Array.from({ length: 1_000 }, (_, number) =>
      rowSource(
        (after, limit) => {
          limits.push(limit);
          return Array.from({ length: limit }, (_row, row) => after + number + row * 1_000 + 1);
        },
        (position) => position,
        (position): FeedItem => ({ position, rank: 0, json: '' }),
      ),
    );
    expect(mergeFeed(many, 0, 1_000_000, 100).items).toHaveLength(100);
    expect(limits.slice(0, 1_000).every((limit) => limit === 2)).toBe(true);
  });

  it('ends a page where a source is that has looked at enough, and goes on from there', () => {
    const looked: number[] = [];
    const strangers = Array.from({ length: 100 }, (_, index) => index * 10 + 5);
    const people = () =>
      rowSource(
        (after, limit) => {
          const rows = strangers.filter((position) => position > after).slice(0, limit);
          looked.push(rows.length);
          return rows;
        },
        (position) => position,
        (position): FeedItem | null => (position === 995 ? { position, rank: 1, json: 'known' } : null),
      );
    const messages = [200, 600].map((position) => ({ position, rank: 0, json: 'message' }));
    const found: number[] = [];
    let after = 0;
    let pages = 0;
    for (let more = true; more; pages++) {
      looked.length = 0;
      const rest = fixedSource(messages.filter(({ position }) => position > after));
      const page = mergeFeed([sparing(people(), 20), rest], after, 1_000, 10);
      expect(looked.reduce((sum, rows) => sum + rows, 0)).toBeLessThanOrEqual(40);
      expect(page.upTo).toBeGreaterThan(after);
      found.push(...page.items.map(({ position }) => position));
      after = page.upTo;
      more = page.hasMore;
    }
    expect(found).toEqual([200, 600, 995]);
    expect(pages).toBeGreaterThan(2);
  });
});
