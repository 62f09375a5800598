import { CassandraAccountStore, CassandraClient, type Conditional } from '@parley/cassandra';
import { type Account, type DeviceSession, ReadModelUnavailable } from '@parley/ports';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestKeyspace, type TestKeyspace, testLogger } from './keyspace.js';

/** Loses answers of lightweight transactions: of those that were made, and of those that were not. */
class Forgetful extends CassandraClient {
  /** What becomes of the next ones, in turn; then all is well. */
  fates: ('made' | 'not made')[] = [];

  override async conditional(query: string, params: readonly unknown[]): Promise<Conditional> {
    const fate = this.fates.shift();
    if (fate !== 'not made') {
      const answer = await super.conditional(query, params);
      if (fate === undefined) return answer;
    }
    throw new ReadModelUnavailable('the answer got lost');
  }
}

let keyspace: TestKeyspace;
let client: Forgetful;
let store: CassandraAccountStore;
beforeAll(async () => {
  keyspace = await openTestKeyspace();
  client = new Forgetful({ url: keyspace.url, logger: testLogger });
  await client.connected;
  store = new CassandraAccountStore(client);
});
beforeEach(() => {
  client.fates = [];
});
afterAll(async () => {
  await client.close();
  await keyspace.close();
});

const newAccount = (name: string = randomUUID()): Account => ({
  userId: `usr_${randomUUID()}`,
  username: name,
  passwordHash: `hash ${randomUUID()}`,
  createdAt: 1,
  scopes: [],
});
const newSession = (): DeviceSession => ({
  userId: `usr_${randomUUID()}`,
  username: 'ann',
  deviceId: 'dev_phone',
  deviceName: 'phone',
  tokenHash: randomUUID(),
  createdAt: 1,
  lastUsedAt: 1,
  expiresAt: 10_000,
});
const rotate = (tokenHash: string, nextTokenHash: string = randomUUID()) =>
  store.rotate({ tokenHash, nextTokenHash, now: 2, expiresAt: 20_000 });

const fates = [['made'], ['not made'], ['made', 'made'], ['not made', 'made'], ['made', 'not made']] as const;

describe.each(fates.map((fate) => ({ fate })))('answers that get lost: $fate', ({ fate }) => {
  it('do not hide that an account was made', async () => {
    const account = newAccount();
    client.fates = [...fate];
    expect(await store.createAccount(account)).toBe(true);
    expect(await store.findAccount(account.username)).toEqual(account);
    expect(await store.createAccount(account)).toBe(false);
  });

  it('do not make an account of somebody else’s one', async () => {
    const account = newAccount();
    await store.createAccount(account);
    client.fates = [...fate];
    const second = { ...newAccount(account.username) };
    expect(await store.createAccount(second)).toBe(false);
    client.fates = [...fate];
    expect(await store.createAccount({ ...account, passwordHash: 'other' })).toBe(false);
    expect(await store.findAccount(account.username)).toEqual(account);
    // The id that was claimed in vain is free again.
    expect(await store.createAccount({ ...second, username: randomUUID() })).toBe(true);
  });

  it('do not hide whose a name is', async () => {
    const username = randomUUID();
    const claim = { userId: `usr_${randomUUID()}`, username, claimedAt: 1 };
    client.fates = [...fate];
    expect(await store.claimName(claim)).toBe(username);
    client.fates = [...fate];
    expect(await store.claimName({ ...claim, username: randomUUID() })).toBe(username);
    client.fates = [...fate];
    expect(await store.createAccount(newAccount(username))).toBe(false);
    const other = { ...claim, userId: `usr_${randomUUID()}` };
    client.fates = [...fate];
    expect(await store.claimName(other)).toBeNull();
    // Nothing is left of what was asked in vain.
    const free = randomUUID();
    expect(await store.claimName({ ...other, username: free })).toBe(free);
  });

  it('do not cost a device its session', async () => {
    const session = newSession();
    client.fates = [...fate];
    await store.createSession(session);
    const next = randomUUID();
    client.fates = [...fate];
    expect((await rotate(session.tokenHash, next)).outcome).toBe('rotated');
    client.fates = [...fate];
    expect((await rotate(next)).outcome).toBe('rotated');
  });

  it('do not hide that a session ended', async () => {
    const session = newSession();
    await store.createSession(session);
    client.fates = [...fate];
    expect(await store.revokeSessions(session.userId)).toEqual(['dev_phone']);
    await store.createSession(session);
    const next = randomUUID();
    await rotate(session.tokenHash, next);
    client.fates = [...fate];
    expect((await rotate(session.tokenHash)).outcome).toBe('reused');
    expect((await rotate(next)).outcome).toBe('unknown');
  });
});

it('gives up in time, and nothing is lost by saying it again', async () => {
  const account = newAccount();
  client.fates = ['made', 'not made', 'not made', 'not made'];
  await expect(store.createAccount(account)).rejects.toThrow(ReadModelUnavailable);
  expect(await store.createAccount(account)).toBe(true);
  const session = newSession();
  await store.createSession(session);
  client.fates = ['not made', 'not made', 'not made', 'not made'];
  await expect(rotate(session.tokenHash)).rejects.toThrow(ReadModelUnavailable);
  expect((await rotate(session.tokenHash)).outcome).toBe('rotated');
});

it('leaves a device that logs in several times at once with one session that works', async () => {
  const session = newSession();
  const logins = Array.from({ length: 6 }, () => ({ ...session, tokenHash: randomUUID() }));
  await Promise.all(logins.map((login) => store.createSession(login)));
  const { tokenHash } = (await store.findSession(session.userId, session.deviceId))!;
  for (const login of logins.filter((one) => one.tokenHash !== tokenHash)) {
    expect((await rotate(login.tokenHash)).outcome).toBe('unknown');
  }
  expect((await rotate(tokenHash)).outcome).toBe('rotated');
});
