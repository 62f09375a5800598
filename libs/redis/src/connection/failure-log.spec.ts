import type { Logger } from '@parley/platform';
import { expect, it } from 'vitest';
import { FailureLog } from './failure-log.js';

it('tells of many failures in few lines, and never what was sent', () => {
  const lines: Record<string, unknown>[] = [];
  const note = (fields: Record<string, unknown>): number => lines.push(fields);
  let now = 0;
  const log = new FailureLog({ warn: note, info: note } as unknown as Logger, undefined, () => now);
  log.recovered();
  expect(lines).toEqual([]);
  for (let i = 0; i < 1_000; i++) {
    now += 20;
    log.report('publish', Object.assign(new Error('away'), { command: { name: 'publish', args: ['a secret'] } }));
  }
  expect(lines).toEqual([
    { operation: 'publish', reason: 'away', failures: 1 },
    { operation: 'publish', reason: 'away', failures: 500 },
  ]);
  log.recovered();
  log.recovered();
  expect(lines).toHaveLength(3);
  // Going up and down all the time fills no disk either.
  for (let i = 0; i < 100; i++) {
    log.report('publish', 'away');
    log.recovered();
  }
  expect(lines).toHaveLength(3);
});
