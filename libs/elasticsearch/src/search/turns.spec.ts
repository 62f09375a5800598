import { describe, expect, it } from 'vitest';
import { Turns } from './turns.js';

describe('Turns', () => {
  it('lets in a few at a time, the others in order, and refuses those beyond the queue', async () => {
    const turns = new Turns(2, 2);
    const ends: (() => void)[] = [];
    const begun: number[] = [];
    const one = (number: number) =>
      turns.run(async () => {
        begun.push(number);
        await new Promise<void>((resolve) => ends.push(resolve));
        return number;
      });
    const all = [one(1), one(2), one(3), one(4)];
    await expect(one(5)).rejects.toMatchObject({ code: 'overloaded' });
    expect(begun).toEqual([1, 2]);
    ends[0]?.();
    await all[0];
    await Promise.resolve();
    expect(begun).toEqual([1, 2, 3]);
    for (let at = 1; at < 4; at++) {
      await Promise.resolve();
      ends[at]?.();
      await all[at];
    }
    expect(await Promise.all(all)).toEqual([1, 2, 3, 4]);
  });

  it('goes on after a failure', async () => {
    const turns = new Turns(1, 1);
    const failing = turns.run(() => Promise.reject(new Error('no')));
    const next = turns.run(async () => 'yes');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
    expect(await turns.run(async () => 'again')).toBe('again');
  });
});
