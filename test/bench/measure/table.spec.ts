import { expect, it } from 'vitest';
import { formatTable, meetsGoal } from './table.js';

it('shows figures with goal and ratio', () => {
  const table = formatTable([
    { what: 'accepted', value: 12_345.6, unit: '/s', goal: { atLeast: 10_000 } },
    { what: 'delivery p99', value: 7.5, unit: 'ms', goal: { atMost: 5 } },
    { what: 'sockets', value: 100, unit: '' },
  ]);
  expect(table.split('\n')).toEqual([
    'figure         measured      goal  ratio',
    '------------  ---------  --------  -----  -------',
    'accepted      12,346 /s  ≥ 10,000   1.23      met',
    'delivery p99     7.5 ms       ≤ 5   1.50  NOT MET',
    'sockets             100',
  ]);
});

it('takes a row without a goal as met', () => {
  expect(meetsGoal({ what: 'x', value: 1, unit: '' })).toBe(true);
  expect(meetsGoal({ what: 'x', value: 1, unit: '', goal: { atLeast: 2 } })).toBe(false);
  expect(meetsGoal({ what: 'x', value: 1, unit: '', goal: { atMost: 2 } })).toBe(true);
});
