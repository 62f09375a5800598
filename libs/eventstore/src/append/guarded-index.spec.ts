import type { EventIdIndex } from '@parley/ports';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../testing/memory-streams.js';
import { GuardedIndex } from './guarded-index.js';

const silence = (): Promise<number> => new Promise(() => undefined);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('an index that is away', () => {
  it('is not waited for, nor asked again at once, and is heard when it is back', async () => {
    let answer = silence;
    const asked = vi.fn<() => Promise<number>>(() => answer());
    const index = new GuardedIndex({ indexedPosition: asked } as unknown as EventIdIndex, silentLogger);

    const first = index.indexedPosition();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await first).toBeNull();
    expect(await index.indexedPosition()).toBeNull();
    expect(asked).toHaveBeenCalledTimes(1);

    answer = () => Promise.reject(new Error('still away'));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await index.indexedPosition()).toBeNull();
    expect(asked).toHaveBeenCalledTimes(2);

    answer = () => Promise.resolve(7);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await index.indexedPosition()).toBe(7);
  });
});
