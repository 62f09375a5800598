import { describe, expect, it } from 'vitest';
import type { Statement } from './statements.js';
import { WritesTogether } from './writes-together.js';

const row = (text: string): Statement => ({ query: 'q', params: [text] });

/** Remembers what was sent, each time; fails what has a row that says so. */
function sending() {
  const sent: string[][] = [];
  const together = new WritesTogether(async (partitions) => {
    const texts = partitions.flat().map(({ params }) => String(params[0]));
    sent.push(texts);
    await Promise.resolve();
    if (texts.includes('wrong')) throw new Error('wrong statement');
  });
  return { sent, together };
}

describe('writes of several writers', () => {
  it('go together when they are asked for in one turn of the event loop', async () => {
    const { sent, together } = sending();
    await Promise.all([together.write([[row('a')], [row('b')]]), together.write([[row('c')]])]);
    await together.write([[row('d')]]);
    expect(sent).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('go alone when there are many', async () => {
    const { sent, together } = sending();
    const many = Array.from({ length: 11 }, (_, n) => [row(`${n}`)]);
    await Promise.all([together.write([[row('a')]]), together.write(many)]);
    expect(sent).toEqual([many.flat().map(({ params }) => params[0]), ['a']]);
  });

  it('fail only for who asked for the one that fails', async () => {
    const { sent, together } = sending();
    const right = together.write([[row('right')]]);
    const wrong = together.write([[row('wrong')]]);
    await expect(wrong).rejects.toThrow('wrong statement');
    await expect(right).resolves.toBeUndefined();
    expect(sent).toEqual([['right', 'wrong'], ['right'], ['wrong']]);
  });

  it('fail at once where nobody else wrote', async () => {
    const { sent, together } = sending();
    await expect(together.write([[row('wrong')]])).rejects.toThrow('wrong statement');
    expect(sent).toEqual([['wrong']]);
  });
});
