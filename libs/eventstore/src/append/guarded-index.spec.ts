import type { EventIdIndex } from '@parley/ports';
import { describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../testing/memory-streams.js';
import { GuardedIndex } from './guarded-index.js';

const silence = (): Promise<number> => new Promise(() => undefined);
const failure = (): Promise<number> => Promise.reject(new Error('away'));

function scene() {
  const asked = vi.fn<() => Promise<number>>(failure);
  const index = new GuardedIndex({ indexedRevision: asked } as unknown as EventIdIndex, silentLogger, {
    answerMs: 200,
    repeatMs: 5,
    probeMs: 1_000,
  });
  return { asked, ask: () => index.indexedRevision('s') };
}

describe('an index', () => {
  it('is asked again when it stumbles', async () => {
    const { asked, ask } = scene();
    asked.mockImplementationOnce(failure).mockImplementation(async () => 7);
    expect(await ask()).toBe(7);
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it('that is away is not waited for, is asked by one at a time, and is heard when it is back', async () => {
    const { asked, ask } = scene();
    asked.mockImplementation(silence);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([null, null, null]);
    asked.mockClear();
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([null, null, null]);
    expect(asked).not.toHaveBeenCalled();
    asked.mockImplementation(async () => 7);
    await expect.poll(ask, { timeout: 5_000 }).toBe(7);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(await ask()).toBe(7);
  });
});
