import { RedisPresenceStore } from '@parley/redis';
import type { PresenceStore } from '@parley/ports';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { presenceContract, type PresenceUnderTest } from '../../contract/presence.contract.js';
import { listening, newPrefix, open, redisUrl, until } from './redis.kit.js';

const sweepEveryMs = 50;
/** Times to live of 1.5 and 3 s. */
const scale = 0.3;

async function gateways(count: number): Promise<{ stores: RedisPresenceStore[]; close: () => Promise<void> }> {
  const prefix = newPrefix();
  const connections = await Promise.all(Array.from({ length: count }, () => open(redisUrl(), prefix)));
  const stores = connections.map((connection) => new RedisPresenceStore(connection, { sweepEveryMs }));
  await listening(...connections);
  return {
    stores,
    async close() {
      for (const store of stores) store.close();
      await Promise.all(connections.map((connection) => connection.close()));
    },
  };
}

const underTest = (presence: PresenceStore, connections: { close: () => Promise<void> }): PresenceUnderTest => ({
  presence,
  now: () => Date.now(),
  pass: (ms) => sleep(ms),
  close: () => connections.close(),
});

presenceContract(
  'Redis, one gateway',
  async () => {
    const opened = await gateways(1);
    return underTest(opened.stores[0]!, opened);
  },
  scale,
);

presenceContract(
  'Redis, two gateways: one is told, the other is asked and tells',
  async () => {
    const opened = await gateways(2);
    const [here, there] = opened.stores as [RedisPresenceStore, RedisPresenceStore];
    return underTest(
      {
        announce: (entry) => here.announce(entry),
        disconnect: (userId, deviceId, connectionId) => here.disconnect(userId, deviceId, connectionId),
        get: (userIds) => there.get(userIds),
        onChange: (listener) => there.onChange(listener),
      },
      opened,
    );
  },
  scale,
);

const announce = (store: RedisPresenceStore, userId: string, connectionId: string, ttlMs = 60_000): Promise<void> =>
  store.announce({ userId, deviceId: 'dev_1', connectionId, state: 'online', now: Date.now(), ttlMs });

describe('presence of several gateways', () => {
  let opened: Awaited<ReturnType<typeof gateways>>;
  let one: RedisPresenceStore;
  let two: RedisPresenceStore;
  beforeEach(async () => {
    opened = await gateways(2);
    [one, two] = opened.stores as [RedisPresenceStore, RedisPresenceStore];
  });
  afterEach(() => opened.close());
  const stateOf = async (userId: string): Promise<string | undefined> => (await one.get([userId]))[0]?.state;

  it('is not ended by the heartbeat and close of a socket that another gateway has replaced', async () => {
    await announce(one, 'usr_1', 'old');
    await announce(two, 'usr_1', 'new');
    await announce(one, 'usr_1', 'old');
    await one.disconnect('usr_1', 'dev_1', 'old');
    expect(await stateOf('usr_1')).toBe('online');
    await two.disconnect('usr_1', 'dev_1', 'new');
    expect(await stateOf('usr_1')).toBe('offline');
  });

  it('goes back to a connection whose newer one has fallen silent', async () => {
    await announce(one, 'usr_1', 'old', 60_000);
    await announce(two, 'usr_1', 'new', 100);
    await until(async () => (await stateOf('usr_1')) === 'offline');
    await announce(one, 'usr_1', 'old', 60_000);
    await one.disconnect('usr_1', 'dev_1', 'new');
    expect(await stateOf('usr_1')).toBe('online');
  });

  it('tells every gateway once of each change, also when all of a gateway fall silent', async () => {
    const told: string[][] = [[], []];
    one.onChange(({ userId, state }) => told[0]!.push(`${userId} ${state}`));
    two.onChange(({ userId, state }) => told[1]!.push(`${userId} ${state}`));
    const people = Array.from({ length: 500 }, (_, i) => `usr_${i}`);
    await Promise.all(people.map((userId) => announce(one, userId, `c_${userId}`, 2_000)));
    const expected = people.flatMap((userId) => [`${userId} online`, `${userId} offline`]).sort();
    await until(() => told.every((each) => each.length >= expected.length));
    for (const each of told) expect([...each].sort()).toEqual(expected);
    expect((await two.get(people)).every(({ state, lastSeen }) => state === 'offline' && lastSeen !== null)).toBe(true);
  });

  it('answers for many people at once, in their order, whoever is asked twice', async () => {
    const people = Array.from({ length: 2_000 }, (_, i) => `usr_${i}`);
    await Promise.all(people.filter((_, i) => i % 2 === 0).map((userId) => announce(one, userId, `c_${userId}`)));
    const answer = await two.get([...people, 'usr_0']);
    expect(answer.map(({ userId }) => userId)).toEqual([...people, 'usr_0']);
    expect(answer.filter(({ state }) => state === 'online')).toHaveLength(1_001);
  });
});
