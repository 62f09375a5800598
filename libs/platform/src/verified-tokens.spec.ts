import { describe, expect, it } from 'vitest';
import { ParleyError } from './problem.js';
import type { Principal } from './tokens.js';
import { rememberVerified } from './verified-tokens.js';

function world(options: { readonly capacity?: number; readonly forMs?: number } = {}) {
  const checked: string[] = [];
  const clock = { time: 1_000, now: () => clock.time };
  const inner = {
    async verify(token: string): Promise<Principal> {
      checked.push(token);
      const [userId = '', expiresAt] = token.split(' ');
      if (clock.time >= Number(expiresAt)) throw new ParleyError('token_expired');
      return { userId, deviceId: 'dev_1', scopes: [], expiresAt: Number(expiresAt), external: false };
    },
  };
  const { capacity = 10, forMs = 1_000_000 } = options;
  return { checked, clock, verifier: rememberVerified(inner, { clock, capacity, forMs }) };
}

describe('rememberVerified', () => {
  it('checks a token once', async () => {
    const { verifier, checked } = world();
    expect(await verifier.verify('usr_a 2000')).toMatchObject({ userId: 'usr_a' });
    expect(await verifier.verify('usr_a 2000')).toMatchObject({ userId: 'usr_a' });
    expect(await verifier.verify('usr_b 2000')).toMatchObject({ userId: 'usr_b' });
    expect(checked).toEqual(['usr_a 2000', 'usr_b 2000']);
  });

  it('does not let it live longer than it is good', async () => {
    const { verifier, clock } = world();
    await verifier.verify('usr_a 2000');
    clock.time = 2_000;
    await expect(verifier.verify('usr_a 2000')).rejects.toMatchObject({ code: 'token_expired' });
  });

  it('looks again after a while', async () => {
    const { verifier, clock, checked } = world({ forMs: 100 });
    await verifier.verify('usr_a 2000');
    clock.time += 100;
    await verifier.verify('usr_a 2000');
    expect(checked).toHaveLength(2);
  });

  it('remembers no refusal', async () => {
    const { verifier, checked } = world();
    for (let n = 0; n < 2; n++) await expect(verifier.verify('usr_a 500')).rejects.toThrow(ParleyError);
    expect(checked).toHaveLength(2);
  });

  it('keeps no more than its capacity', async () => {
    const { verifier, checked } = world({ capacity: 2 });
    for (const token of ['a 2000', 'b 2000', 'c 2000', 'b 2000', 'a 2000']) await verifier.verify(token);
    expect(checked).toEqual(['a 2000', 'b 2000', 'c 2000', 'a 2000']);
  });
});
