import { describe, expect, it } from 'vitest';
import { Histogram } from './histogram.js';

describe('Histogram', () => {
  it('is exact for small values', () => {
    const histogram = new Histogram();
    for (let value = 1; value <= 100; value += 1) histogram.record(value);
    expect(histogram.summary()).toEqual({ count: 100, mean: 50.5, p50: 50, p90: 90, p99: 99, p999: 100, max: 100 });
  });

  it.each([127, 128, 129, 255, 256, 1_000, 65_535, 65_536, 999_999, 2 ** 31, 2 ** 40 - 1])(
    'keeps %i within 1 in 128',
    (value) => {
      const histogram = new Histogram();
      histogram.record(value);
      histogram.record(2 ** 40 - 1);
      const kept = histogram.percentile(50);
      expect(kept).toBeGreaterThanOrEqual(value);
      expect(kept).toBeLessThanOrEqual(value * (1 + 1 / 128));
    },
  );

  it('finds percentiles of a spread', () => {
    const histogram = new Histogram();
    for (let value = 1; value <= 100_000; value += 1) histogram.record(value);
    for (const percent of [1, 50, 90, 99, 99.9]) {
      const exact = percent * 1_000;
      expect(Math.abs(histogram.percentile(percent) - exact) / exact).toBeLessThan(1 / 128);
    }
    expect(histogram.percentile(100)).toBe(100_000);
  });

  it('is all zeros when empty, and takes values out of its range as the nearest', () => {
    const histogram = new Histogram();
    expect(histogram.summary()).toEqual({ count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 });
    histogram.record(-5);
    histogram.record(2 ** 50);
    expect(histogram.percentile(50)).toBe(0);
    expect(histogram.percentile(100)).toBe(2 ** 40 - 1);
  });
});
