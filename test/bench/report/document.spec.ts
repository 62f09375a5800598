import { expect, it } from 'vitest';
import type { Report } from '../run.js';
import { withMeasured } from './document.js';

const report: Report = {
  startedAt: '2026-11-23T00:00:00.000Z',
  command: 'npm run bench',
  machine: ['machine: one'],
  results: [
    {
      name: 'search',
      title: 'Search',
      figures: [{ name: 'p99', unit: 'ms', parley: [25], goal: { of: 'value', atMost: 20 } }],
      notes: ['over much'],
    },
  ],
  failures: [{ name: 'group', reason: 'lost one' }],
};
const begin = '<!-- measured: begin (npm run bench -- --write-docs) -->';
const end = '<!-- measured: end -->';

it('puts what was measured between its marks and leaves the rest', () => {
  const once = withMeasured(`before\n${begin}\nold\n${end}\nafter\n`, report);
  expect(once.startsWith(`before\n${begin}\n\n## The goals`)).toBe(true);
  expect(once.endsWith(`\n\n${end}\nafter\n`)).toBe(true);
  expect(once).toMatch(/^\| search: p99 +\| 25 ms +\| +\| +\| ≤ 20 ms +\| NOT MET +\|$/m);
  expect(once).toContain('0 of 1 goals met, FAILED: group');
  expect(once).not.toContain('old');
  expect(withMeasured(once, report)).toBe(once);
});

it('refuses a document without the marks', () => {
  expect(() => withMeasured('nothing', report)).toThrow('no place');
});
