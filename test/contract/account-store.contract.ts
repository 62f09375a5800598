import type { Account, AccountStore, DeviceSession } from '@parley/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** What a suite of this contract needs of an adapter. */
export interface AccountStoreSetup {
  /** Opens the store; a second one with the same `place` sees what the first has written. */
  readonly open: (place: string) => Promise<AccountStore>;
  /** A new, empty place. */
  readonly place: () => Promise<string>;
}

const account = (name: string): Account => ({
  userId: `usr_${name}`,
  username: name,
  passwordHash: '$scrypt$ln=15,r=8,p=1$c2FsdA$aGFzaA',
  createdAt: 1_000,
  scopes: ['admin'],
});

const session = (name: string, device: string, over: Partial<DeviceSession> = {}): DeviceSession => ({
  userId: `usr_${name}`,
  username: name,
  deviceId: `dev_${device}`,
  deviceName: device,
  tokenHash: `${name}-${device}-1`,
  createdAt: 1_000,
  lastUsedAt: 1_000,
  expiresAt: 10_000,
  ...over,
});

export function accountStoreContract(name: string, setup: AccountStoreSetup): void {
  describe(`account store: ${name}`, () => {
    let place: string;
    let store: AccountStore;

    beforeEach(async () => {
      place = await setup.place();
      store = await setup.open(place);
    });
    afterEach(() => store.close());

    const rotate = (from: string, to: string, now = 2_000): ReturnType<AccountStore['rotate']> =>
      store.rotate({ tokenHash: from, nextTokenHash: to, now, expiresAt: now + 9_000 });

    const claim = (userId: string, username = 'ann'): Promise<string | null> =>
      store.claimName({ userId, username, claimedAt: 1_000 });

    describe('accounts', () => {
      it('are kept as they were given', async () => {
        expect(await store.findAccount('ann')).toBeNull();
        expect(await store.createAccount(account('ann'))).toBe(true);
        expect(await store.findAccount('ann')).toEqual(account('ann'));
      });

      it('have a name each, given to one only however many ask at once', async () => {
        const asked = await Promise.all(
          Array.from({ length: 20 }, (_, i) => store.createAccount({ ...account('ann'), userId: `usr_${i}` })),
        );
        expect(asked.filter((created) => created)).toHaveLength(1);
      });

      it('take another password', async () => {
        await store.createAccount(account('ann'));
        await store.setPassword('usr_ann', 'other');
        expect(await store.findAccount('ann')).toEqual({ ...account('ann'), passwordHash: 'other' });
      });

      it('hold any text in names', async () => {
        const odd = { ...account("o'; DROP TABLE accounts; --"), userId: 'usr_odd' };
        await store.createAccount(odd);
        expect(await store.findAccount(odd.username)).toEqual(odd);
      });
    });

    describe('names of people without a password here', () => {
      it('are theirs, and no account can have them', async () => {
        expect(await claim('usr_external')).toBe('ann');
        expect(await store.createAccount(account('ann'))).toBe(false);
        expect(await store.createAccount(account('bob'))).toBe(true);
      });

      it('are not those of accounts', async () => {
        await store.createAccount(account('ann'));
        expect(await claim('usr_external')).toBeNull();
        expect(await store.findAccount('ann')).toEqual(account('ann'));
        expect(await claim('usr_external', 'ann-1')).toBe('ann-1');
      });

      it('are one for each person, whatever they ask for later', async () => {
        expect(await claim('usr_external')).toBe('ann');
        expect(await claim('usr_external')).toBe('ann');
        expect(await claim('usr_external', 'anna')).toBe('ann');
        expect(await claim('usr_other')).toBeNull();
        expect(await claim('usr_other', 'anna')).toBe('anna');
      });

      it('are given to one only, however many ask at once, for accounts and otherwise', async () => {
        const asked = await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            i % 2 === 0
              ? claim(`usr_${i}`).then((name) => name !== null)
              : store.createAccount({ ...account('ann'), userId: `usr_${i}` }),
          ),
        );
        expect(asked.filter((given) => given)).toHaveLength(1);
      });

      it('are the same for all requests of one person at once', async () => {
        const asked = Array.from({ length: 10 }, (_, i) => claim('usr_external', i % 2 === 0 ? 'ann' : 'anna'));
        const [name, ...others] = new Set(await Promise.all(asked));
        expect(['ann', 'anna']).toContain(name);
        expect(others).toEqual([]);
      });

      it('let nobody in, also after a password was set', async () => {
        await claim('usr_external');
        await store.setPassword('usr_external', 'other');
        expect(await store.findAccount('ann')).toBeNull();
      });
    });

    describe('sessions', () => {
      it('are found by device and listed by person, oldest first', async () => {
        await store.createSession(session('ann', 'laptop', { createdAt: 2_000 }));
        await store.createSession(session('ann', 'phone'));
        await store.createSession(session('bob', 'phone'));
        expect(await store.findSession('usr_ann', 'dev_phone')).toEqual(session('ann', 'phone'));
        expect(await store.findSession('usr_ann', 'dev_tablet')).toBeNull();
        expect((await store.sessionsOf('usr_ann')).map(({ deviceName }) => deviceName)).toEqual(['phone', 'laptop']);
      });

      it('are replaced when the device logs in again: tokens of before mean nothing', async () => {
        await store.createSession(session('ann', 'phone'));
        await rotate('ann-phone-1', 'ann-phone-2');
        await store.createSession(session('ann', 'phone', { tokenHash: 'new-1' }));
        expect(await rotate('ann-phone-2', 'x')).toEqual({ outcome: 'unknown' });
        expect(await rotate('ann-phone-1', 'x')).toEqual({ outcome: 'unknown' });
        expect((await rotate('new-1', 'new-2')).outcome).toBe('rotated');
      });

      it('end one by one or all together, and tell which ended', async () => {
        for (const device of ['phone', 'laptop', 'tablet']) await store.createSession(session('ann', device));
        await store.createSession(session('bob', 'phone'));
        expect(await store.revokeSessions('usr_ann', 'dev_phone')).toEqual(['dev_phone']);
        expect(await store.revokeSessions('usr_ann', 'dev_phone')).toEqual([]);
        expect(await rotate('ann-phone-1', 'x')).toEqual({ outcome: 'unknown' });
        expect([...(await store.revokeSessions('usr_ann'))].sort()).toEqual(['dev_laptop', 'dev_tablet']);
        expect(await store.sessionsOf('usr_ann')).toEqual([]);
        expect(await store.sessionsOf('usr_bob')).toHaveLength(1);
      });
    });

    describe('rotation', () => {
      beforeEach(() => store.createSession(session('ann', 'phone')));

      it('exchanges a token for the next and moves the times', async () => {
        const rotated = session('ann', 'phone', { tokenHash: 'ann-phone-2', lastUsedAt: 2_000, expiresAt: 11_000 });
        expect(await rotate('ann-phone-1', 'ann-phone-2')).toEqual({ outcome: 'rotated', session: rotated });
        expect(await store.findSession('usr_ann', 'dev_phone')).toEqual(rotated);
        expect((await rotate('ann-phone-2', 'ann-phone-3')).outcome).toBe('rotated');
      });

      it('revokes the whole session when an exchanged token comes again', async () => {
        await store.createSession(session('ann', 'laptop'));
        for (let i = 1; i < 5; i++) await rotate(`ann-phone-${i}`, `ann-phone-${i + 1}`);
        expect(await rotate('ann-phone-2', 'x')).toEqual({
          outcome: 'reused',
          userId: 'usr_ann',
          deviceId: 'dev_phone',
        });
        expect(await rotate('ann-phone-5', 'x')).toEqual({ outcome: 'unknown' });
        expect(await store.findSession('usr_ann', 'dev_phone')).toBeNull();
        expect(await store.findSession('usr_ann', 'dev_laptop')).not.toBeNull();
      });

      it('gives the next token to one of many at once', async () => {
        const results = await Promise.all(Array.from({ length: 20 }, (_, i) => rotate('ann-phone-1', `next-${i}`)));
        expect(results.filter(({ outcome }) => outcome === 'rotated')).toHaveLength(1);
        expect(results.filter(({ outcome }) => outcome === 'reused')).toHaveLength(1);
      });

      it('knows nothing of strange and expired tokens', async () => {
        expect(await rotate('never-issued', 'x')).toEqual({ outcome: 'unknown' });
        expect(await rotate('ann-phone-1', 'x', 10_000)).toEqual({ outcome: 'unknown' });
      });

      it('forgets used tokens only after they would have expired', async () => {
        await rotate('ann-phone-1', 'ann-phone-2', 2_000);
        await rotate('ann-phone-2', 'ann-phone-3', 9_999);
        expect((await rotate('ann-phone-1', 'x', 9_999)).outcome).toBe('reused');
      });
    });

    it('keeps everything that was answered when it is opened again', async () => {
      await store.createAccount(account('ann'));
      await claim('usr_external', 'kim');
      await store.createSession(session('ann', 'phone'));
      await rotate('ann-phone-1', 'ann-phone-2');
      await store.close();
      store = await setup.open(place);
      expect(await store.findAccount('ann')).toEqual(account('ann'));
      expect(await store.createAccount(account('kim'))).toBe(false);
      expect((await rotate('ann-phone-1', 'x')).outcome).toBe('reused');
      expect(await store.sessionsOf('usr_ann')).toEqual([]);
    });
  });
}
