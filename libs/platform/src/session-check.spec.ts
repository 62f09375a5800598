import { type AccountStore, ReadModelUnavailable, type RevocationBus } from '@parley/ports';
import { beforeEach, describe, expect, it } from 'vitest';
import { withSessionCheck } from './session-check.js';
import type { Principal } from './tokens.js';

type Revocation = Parameters<RevocationBus['publish']>[0];

const ann: Principal = { userId: 'usr_ann', deviceId: 'dev_1', scopes: [], expiresAt: 10_000, external: false };
const session = {} as NonNullable<Awaited<ReturnType<AccountStore['findSession']>>>;

let now = 0;
let found: () => Promise<typeof session | null>;
let tell: (revocation: Revocation) => void;
const away = (): Promise<never> => Promise.reject(new ReadModelUnavailable('away'));

const verify = (principal = ann): (() => Promise<Principal>) => {
  const checked = withSessionCheck(
    { verify: () => Promise.resolve(principal) },
    {
      accounts: { findSession: () => found() },
      revocations: {
        subscribe: (listener) => {
          tell = listener;
          return () => undefined;
        },
      },
      clock: { now: () => now },
      tokenTtlMs: 1_000,
    },
  );
  return () => checked.verify('token');
};

beforeEach(() => {
  now = 0;
  found = () => Promise.resolve(session);
});

describe('the session behind a token', () => {
  it('makes it good', async () => {
    await expect(verify()()).resolves.toBe(ann);
  });

  it('ends it when it ends', async () => {
    found = () => Promise.resolve(null);
    await expect(verify()()).rejects.toMatchObject({ code: 'session_revoked' });
  });

  it('has ended when that is heard while the session is being read', async () => {
    const read = Promise.withResolvers<typeof session>();
    found = () => read.promise;
    const verified = verify()();
    tell({ userId: 'usr_ann', deviceIds: ['dev_1'] });
    read.resolve(session);
    await expect(verified).rejects.toMatchObject({ code: 'session_revoked' });
  });

  it('is not asked for by tokens from elsewhere', async () => {
    found = () => Promise.resolve(null);
    await expect(verify({ ...ann, external: true })()).resolves.toMatchObject({ userId: 'usr_ann' });
  });
});

describe('while the accounts are away', () => {
  beforeEach(() => {
    found = away;
  });

  it('people still send and connect', async () => {
    await expect(verify()()).resolves.toBe(ann);
  });

  it('who was heard to be logged out stays so for as long as a token lives', async () => {
    const check = verify();
    tell({ userId: 'usr_ann', deviceIds: ['dev_2', 'dev_1'] });
    now = 999;
    await expect(check()).rejects.toMatchObject({ code: 'session_revoked' });
    now = 1_001;
    tell({ userId: 'usr_ben', deviceIds: ['dev_3'] });
    await expect(check()).resolves.toBe(ann);
  });

  it('other failures are not taken for good', async () => {
    found = () => Promise.reject(new TypeError('a mistake'));
    await expect(verify()()).rejects.toThrow(TypeError);
  });
});
