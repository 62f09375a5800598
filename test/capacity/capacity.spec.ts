import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withMeasuredPart } from '../kit/measured-part.js';
import { parseOptions, UsageError } from './options.js';
import { assumptions, planFor } from './plan.js';
import { bytesText, documentPart } from './report.js';

const words = (text: string): string => text.replaceAll(/[\s|-]+/g, ' ');

describe('the capacity model', () => {
  it('says what the document says', () => {
    const document = readFileSync(new URL('../../docs/capacity.md', import.meta.url), 'utf8');
    expect(words(document)).toBe(words(withMeasuredPart(document, 'capacity', documentPart())));
  });

  it('needs no less for more', () => {
    let before = planFor({ ...assumptions, users: 10, messagesPerDay: 10 });
    for (let power = 2; power <= 11; power++) {
      const plan = planFor({ ...assumptions, users: 10 ** power, messagesPerDay: 10 ** power });
      expect(plan.gateways).toBeGreaterThanOrEqual(before.gateways);
      expect(plan.machines.cassandra).toBeGreaterThanOrEqual(before.machines.cassandra);
      expect(plan.disk.cassandra).toBeGreaterThan(before.disk.cassandra);
      expect(plan.cells).toBeGreaterThanOrEqual(before.cells);
      before = plan;
    }
  });

  it('counts by hand for a size that can be counted', () => {
    const plan = planFor({ ...assumptions, users: 1_000, messagesPerDay: 86_400, peak: 10, membersPerMessage: 10 });
    expect(plan).toMatchObject({
      averagePerSecond: 1,
      peakPerSecond: 10,
      sockets: 450,
      fitsOneProcess: true,
      cells: 1,
    });
    expect(plan.deliveriesPerSecond).toBeCloseTo(45);
    expect(plan.machines).toEqual({ parley: 1, eventStore: 3, kafka: 3, cassandra: 3, elasticsearch: 3 });
  });

  it('writes sizes as people do', () => {
    expect([0.5, 999, 1_500, 25e9, 3.2e18].map(bytesText)).toEqual(['0.5 B', '999 B', '1.5 kB', '25 GB', '3.2 EB']);
  });
});

describe('options of the capacity model', () => {
  it('take what is asked for, and assume the rest', () => {
    const options = parseOptions(['--users', '1e6', '--messages-per-day', '5e7', '--peak', '5']);
    expect(options?.demand).toEqual({ ...assumptions, users: 1e6, messagesPerDay: 5e7, peak: 5 });
    expect(parseOptions(['--help'])).toBeNull();
  });

  it.each([
    ['no users', ['--messages-per-day', '5'], '--users: expected a number above 0, not nothing'],
    [
      'a share above 1',
      ['--users', '1', '--messages-per-day', '5', '--busy', '2'],
      '--busy: expected a number above 0, at most 1',
    ],
    ['no number', ['--users', 'many', '--messages-per-day', '5'], '--users: expected a number above 0, not "many"'],
    ['a flag that is none', ['--people', '5'], '--people'],
  ])('refuse %s', (_, argv, message) => {
    expect(() => parseOptions(argv)).toThrow(UsageError);
    expect(() => parseOptions(argv)).toThrow(message);
  });
});
