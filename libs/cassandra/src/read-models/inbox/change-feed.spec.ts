import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acrossBuckets } from './bucketed.js';
import { type FeedItem, fixedSource, mergeFeed, rowSource, sparing } from './change-feed.js';

const source = (positions: readonly number[], rank: number) => {
  const sorted = positions.toSorted((a, b) => a - b);
  return rowSource(
    async (after, limit) => sorted.filter((position) => position > after).slice(0, limit),
    (position) => position,
    async (position): Promise<FeedItem> => ({ position, rank, json: `${rank}` }),
  );
};

describe('mergeFeed', () => {
  it('gives everything once and in order, on pages of any size, with one event never on two pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 200, size: 'max' }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 320 }),
        async (all, limit, upTo) => {
          const expected = all
            .flatMap((positions, rank) => positions.filter((p) => p <= upTo).map((position) => ({ position, rank })))
            .toSorted((a, b) => a.position - b.position || a.rank - b.rank);
          const found: { position: number; rank: number }[] = [];
          let after = 0;
          for (let more = true; more;) {
            const from = after;
            const sources = all.map((positions, rank) =>
              source(
                positions.filter((p) => p > from && p <= upTo),
                rank,
              ),
            );
            const page = await mergeFeed(sources, from, upTo, limit);
            expect(page.items.every((item) => item.position > from && item.position <= page.upTo)).toBe(true);
            found.push(...page.items.map(({ position, rank }) => ({ position, rank })));
            expect(page.upTo > from || !page.hasMore).toBe(true);
            after = page.upTo;
            more = page.hasMore;
          }
          expect(found).toEqual(expected);
          expect(after).toBe(upTo);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('reads little ahead of many sources', async () => {
    const limits: number[] = [];
    const many = Array.from({ length: 1_000 }, (_, number) =>
      rowSource(
        async (after, limit) => {
          limits.push(limit);
          return Array.from({ length: limit }, (_row, row) => after + number + row * 1_000 + 1);
        },
        (position) => position,
        async (position): Promise<FeedItem> => ({ position, rank: 0, json: '' }),
      ),
    );
    expect((await mergeFeed(many, 0, 1_000_000, 100)).items).toHaveLength(100);
    expect(limits.slice(0, 1_000).every((limit) => limit === 2)).toBe(true);
  });

  it('ends a page where a source is that has looked at enough, and goes on from there', async () => {
    const strangers = Array.from({ length: 100 }, (_, index) => index * 10 + 5);
    const people = () =>
      rowSource(
        async (after, limit) => strangers.filter((position) => position > after).slice(0, limit),
        (position) => position,
        async (position): Promise<FeedItem | null> => (position === 995 ? { position, rank: 1, json: 'known' } : null),
      );
    const messages = [200, 600].map((position) => ({ position, rank: 0, json: 'message' }));
    const found: number[] = [];
    let after = 0;
    let pages = 0;
    for (let more = true; more; pages++) {
      const from = after;
      const rest = fixedSource(messages.filter(({ position }) => position > from));
      const page = await mergeFeed([sparing(people(), 20), rest], from, 1_000, 10);
      expect(page.upTo).toBeGreaterThan(from);
      found.push(...page.items.map(({ position }) => position));
      after = page.upTo;
      more = page.hasMore;
    }
    expect(found).toEqual([200, 600, 995]);
    expect(pages).toBeGreaterThan(2);
  });
});

const bucketOf = (position: number): number => Math.floor(position / 50);

describe('acrossBuckets', () => {
  it('reads rows of many buckets as if they lay in one, in pieces of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 100, size: 'max' }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
        fc.nat(500),
        async (positions, limits, after) => {
          const sorted = positions.toSorted((a, b) => a - b);
          const buckets = [...new Set(sorted.map(bucketOf))].filter((bucket) => bucket >= bucketOf(after));
          const read = acrossBuckets(
            async () => buckets,
            async (bucket, from, limit) =>
              sorted.filter((position) => bucketOf(position) === bucket && position > from).slice(0, limit),
          );
          const found: number[] = [];
          for (let from = after, round = 0; ; round++) {
            const limit = limits[round % limits.length] ?? 1;
            const rows = await read(from, limit);
            found.push(...rows);
            if (rows.length < limit) break;
            from = rows.at(-1) ?? from;
          }
          expect(found).toEqual(sorted.filter((position) => position > after));
        },
      ),
    );
  });
});
