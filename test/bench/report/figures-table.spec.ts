import { expect, it } from 'vitest';
import type { Figure } from './figure.js';
import { figuresMarkdown, figuresTable } from './figures-table.js';

const figures: readonly Figure[] = [
  {
    name: 'accepted and delivered',
    unit: '/s',
    parley: [12_345.6, 10_000, 14_000],
    reference: { name: 'relay', values: [20_000, 24_000, 26_000] },
    goal: { of: 'ratio', atLeast: 0.5 },
  },
  { name: 'search p99', unit: 'ms', parley: [25.25], goal: { of: 'value', atMost: 20 } },
  { name: 'sockets', unit: '', parley: [2_000] },
];

const cells = (line: string | undefined): readonly string[] => (line ?? '').split(/ {2,}/);

it('shows median, spread, reference, ratio and goal', () => {
  const [head, , first, second, third] = figuresTable(figures).split('\n');
  expect(cells(head)).toEqual(['figure', 'Parley', 'reference', 'ratio', 'goal']);
  expect(cells(first)).toEqual([
    'accepted and delivered',
    '12,346 /s (10,000 to 14,000)',
    'relay 24,000 /s (20,000 to 26,000)',
    '0.51',
    'ratio ≥ 0.5',
    'met',
  ]);
  expect(cells(second)).toEqual(['search p99', '25.3 ms', '≤ 20 ms', 'NOT MET']);
  expect(cells(third)).toEqual(['sockets', '2,000']);
});

it('is the same as Markdown', () => {
  const [, rule, first] = figuresMarkdown(figures).split('\n');
  expect(rule).toMatch(/^(\| -{3,} )+\|$/);
  expect(first).toBe(
    '| accepted and delivered | 12,346 /s (10,000 to 14,000) | relay 24,000 /s (20,000 to 26,000) | 0.51  | ratio ≥ 0.5 | met     |',
  );
});
