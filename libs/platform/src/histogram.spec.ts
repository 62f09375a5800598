import { Histogram as Reference, type Metric, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Histogram } from './histogram.js';

const buckets = [0.1, 0.5, 1];
const observed = [0, 0.05, 0.1, 0.1001, 0.5, 0.99, 1, 7];

describe('a histogram', () => {
  it.each([
    ['without labels', [], {}],
    ['with labels', ['command', 'outcome'], { command: 'send', outcome: 'done "well"' }],
  ])(
    'tells what that of prom-client tells, %s',
    async (_name, labelNames: string[], labels: Record<string, string>) => {
      const [own, others] = [new Registry(), new Registry()];
      const options = { name: 'parley_test_seconds', help: 'A test.', labelNames, buckets };
      const histogram = new Histogram(options);
      own.registerMetric(histogram as unknown as Metric);
      const reference = new Reference({ ...options, registers: [others] });
      expect(await own.metrics()).toBe(await others.metrics());

      const bound = histogram.labels(labels);
      for (const value of observed) {
        bound.observe(value);
        reference.observe(labels, value);
      }
      histogram.observe(0.3, labels);
      reference.observe(labels, 0.3);
      expect(await own.metrics()).toBe(await others.metrics());
    },
  );

  it('begins anew', () => {
    const histogram = new Histogram({ name: 'x', help: 'x', labelNames: [], buckets });
    histogram.observe(0.2);
    histogram.reset();
    expect(histogram.get().values.every(({ value }) => value === 0)).toBe(true);
  });

  it('refuses labels that are not its own', () => {
    const histogram = new Histogram({ name: 'x', help: 'x', labelNames: ['command'], buckets });
    expect(() => histogram.observe(1)).toThrow(RangeError);
    expect(() => histogram.labels({ other: 'y' })).toThrow(RangeError);
  });
});
