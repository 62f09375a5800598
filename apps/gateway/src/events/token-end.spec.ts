import type { RevocationBus } from '@parley/ports';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type TokenEnd, tokenEnd } from './token-end.js';

type Revocation = Parameters<RevocationBus['publish']>[0];

const listeners = new Set<(revocation: Revocation) => void>();
const revoke = (revocation: Revocation): void => listeners.forEach((listener) => listener(revocation));
const revocations: Pick<RevocationBus, 'subscribe'> = {
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
const day = 86_400_000;
const holding = (ms: number): TokenEnd =>
  tokenEnd({ userId: 'usr_1', deviceId: 'dev_1', expiresAt: Date.now() + ms }, revocations, { now: () => Date.now() });

describe('the end of a token', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([1_000, 90 * day])('comes when its %i ms are over, not before', (ms) => {
    const { signal, release } = holding(ms);
    vi.advanceTimersByTime(ms - 1);
    expect(signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(signal.aborted).toBe(true);
    release();
  });

  it('comes when its device is logged out, not another', () => {
    const { signal, release } = holding(day);
    revoke({ userId: 'usr_1', deviceIds: ['dev_2'] });
    revoke({ userId: 'usr_2', deviceIds: ['dev_1'] });
    expect(signal.aborted).toBe(false);
    revoke({ userId: 'usr_1', deviceIds: ['dev_2', 'dev_1'] });
    expect(signal.aborted).toBe(true);
    release();
  });

  it('leaves nothing behind when nobody waits for it any more', () => {
    holding(day).release();
    expect(vi.getTimerCount()).toBe(0);
    expect(listeners.size).toBe(0);
  });
});
