import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { InOrder } from './in-order.js';

it('runs the work of one key in the order of the calls, whatever fails, and other keys beside it', async () => {
  const order = new InOrder();
  const seen: string[] = [];
  const work =
    (name: string, fails = false) =>
    async () => {
      seen.push(`+${name}`);
      await nextTurn();
      seen.push(`-${name}`);
      if (fails) throw new Error(name);
      return name;
    };
  const results = await Promise.allSettled([
    order.run('a', work('a1', true)),
    order.run('a', work('a2')),
    order.run('b', work('b1')),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(seen.filter((name) => name.includes('a'))).toEqual(['+a1', '-a1', '+a2', '-a2']);
  expect(seen.indexOf('+b1')).toBeLessThan(seen.indexOf('+a2'));
  expect(await order.run('a', work('a3'))).toBe('a3');
});
