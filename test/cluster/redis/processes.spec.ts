import type { ClusterNode } from '@parley/ports';
import {
  createLeases,
  createRedisRateLimiter,
  type RedisConnection,
  RedisDeviceRegistry,
  RedisNodeDirectory,
} from '@parley/redis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listening, logger, newPrefix, open, redisUrl, until } from './redis.kit.js';

let processes: readonly [RedisConnection, RedisConnection];
beforeEach(async () => {
  const prefix = newPrefix();
  processes = [await open(redisUrl(), prefix), await open(redisUrl(), prefix)];
});
afterEach(() => Promise.all(processes.map((connection) => connection.close())));

describe('the registry of devices', () => {
  const ttlMs = 60_000;
  let one: RedisDeviceRegistry;
  let two: RedisDeviceRegistry;
  let replaced: string[];
  beforeEach(async () => {
    one = new RedisDeviceRegistry(processes[0]);
    two = new RedisDeviceRegistry(processes[1]);
    await listening(...processes);
    replaced = [];
    one.onReplaced(({ sessionId }) => replaced.push(`one ${sessionId}`));
    two.onReplaced(({ sessionId }) => replaced.push(`two ${sessionId}`));
  });
  afterEach(() => {
    one.close();
    two.close();
  });

  it('ends the older session of a device, wherever it is, and no other', async () => {
    await one.claim('usr_1', 'dev_1', 'ses_1', ttlMs);
    await one.claim('usr_1', 'dev_2', 'ses_2', ttlMs);
    await one.claim('usr_2', 'dev_1', 'ses_3', ttlMs);
    await two.claim('usr_1', 'dev_1', 'ses_4', ttlMs);
    await until(() => replaced.length > 0);
    await two.claim('usr_1', 'dev_1', 'ses_5', ttlMs);
    await until(() => replaced.length > 1);
    expect(replaced).toEqual(['one ses_1', 'two ses_4']);
  });

  it('keeps the newer session when the older one renews itself or ends', async () => {
    await one.claim('usr_1', 'dev_1', 'old', ttlMs);
    await two.claim('usr_1', 'dev_1', 'new', ttlMs);
    await one.renew('usr_1', 'dev_1', 'old', ttlMs);
    await one.release('usr_1', 'dev_1', 'old');
    await two.renew('usr_1', 'dev_1', 'new', ttlMs);
    await until(() => replaced.length > 0);
    await one.claim('usr_1', 'dev_1', 'newest', ttlMs);
    await until(() => replaced.length > 1);
    expect(replaced).toEqual(['one old', 'two new']);
  });

  it('finds by a renewal what it was not told', async () => {
    const deaf = new RedisDeviceRegistry({ ...processes[0], channels: { ...silent } });
    deaf.onReplaced(({ sessionId }) => replaced.push(`deaf ${sessionId}`));
    await deaf.claim('usr_1', 'dev_1', 'old', ttlMs);
    await two.claim('usr_1', 'dev_1', 'new', ttlMs);
    await deaf.renew('usr_1', 'dev_1', 'old', ttlMs);
    await deaf.renew('usr_1', 'dev_1', 'old', ttlMs);
    expect(replaced).toEqual(['deaf old']);
  });

  it('keeps the newer session whatever the clocks of processes say, also where the older one was not told', async () => {
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
    const deaf = new RedisDeviceRegistry({ ...processes[0], channels: { ...silent } });
    deaf.onReplaced(({ sessionId }) => replaced.push(`deaf ${sessionId}`));
    await deaf.claim('usr_1', 'dev_1', 'old', ttlMs);
    clock.mockRestore();
    await two.claim('usr_1', 'dev_1', 'new', ttlMs);
    await deaf.renew('usr_1', 'dev_1', 'old', ttlMs);
    await two.renew('usr_1', 'dev_1', 'new', ttlMs);
    expect(replaced).toEqual(['deaf old']);
  });

  it('knows every session again after it was emptied, and which of two is the newer', async () => {
    await one.claim('usr_1', 'dev_1', 'old', ttlMs);
    await processes[0].commands.run('del', (client) => client.del(processes[0].name('device', 'usr_1', 'dev_1')));
    const before = Date.now();
    await until(() => Date.now() > before);
    await two.claim('usr_1', 'dev_1', 'new', ttlMs);
    await processes[0].commands.run('del', (client) => client.del(processes[0].name('device', 'usr_1', 'dev_1')));
    await one.renew('usr_1', 'dev_1', 'old', ttlMs);
    await two.renew('usr_1', 'dev_1', 'new', ttlMs);
    await until(() => replaced.length > 0);
    expect(replaced).toEqual(['one old']);
  });

  it('forgets a session that is not heard of', async () => {
    await one.claim('usr_1', 'dev_1', 'old', 50);
    const key = processes[0].name('device', 'usr_1', 'dev_1');
    await until(async () => (await processes[0].commands.run('get', (client) => client.get(key))) === null);
    await two.claim('usr_1', 'dev_1', 'new', ttlMs);
    await two.release('usr_1', 'dev_1', 'new');
    expect(await processes[0].commands.run('get', (client) => client.get(key))).toBeNull();
    expect(replaced).toEqual([]);
  });
});

const silent = { subscribe: () => () => undefined, listening: true, onListening: () => () => undefined };

const node = (id: string, kind: ClusterNode['kind'] = 'command-api'): ClusterNode => ({
  id,
  kind,
  address: `http://127.0.0.1/${id}`,
});
const ids = (directory: RedisNodeDirectory): string =>
  directory
    .nodes('command-api')
    .map(({ id }) => id)
    .join(' ');

describe('the directory of nodes', () => {
  it('tells who is there at once, and who goes', async () => {
    const [one, two] = processes.map((connection) => new RedisNodeDirectory(connection)) as [
      RedisNodeDirectory,
      RedisNodeDirectory,
    ];
    await listening(...processes);
    let changes = 0;
    two.onChange(() => changes++);
    await one.announce(node('b'));
    expect(ids(one)).toBe('b');
    await until(() => ids(two) === 'b');
    expect(two.nodes('gateway')).toEqual([]);
    await two.announce(node('a'));
    expect(ids(two)).toBe('a b');
    await until(() => ids(one) === 'a b');
    await one.withdraw();
    expect(ids(one)).toBe('a');
    await until(() => ids(two) === 'a');
    expect(changes).toBeGreaterThanOrEqual(3);
    one.close();
    two.close();
  });

  it('forgets who died after a few seconds, and knows who came before it was opened', async () => {
    const dying = new RedisNodeDirectory(processes[0]);
    await dying.announce(node('dying'));
    const watching = new RedisNodeDirectory(processes[1]);
    await watching.announce(node('watching'));
    expect(ids(watching)).toBe('dying watching');
    dying.close();
    const since = performance.now();
    await until(() => ids(watching) === 'watching');
    expect(performance.now() - since).toBeLessThan(8_000);
    watching.close();
  });
});

describe('leases', () => {
  it('are held by one at a time, go over when it ends, dies or its work fails', async () => {
    const holders: string[] = [];
    const leases = processes.map((connection) => createLeases(connection, { logger, ttlMs: 600, everyMs: 100 }));
    const work = (name: string) => async (signal: AbortSignal) => {
      holders.push(name);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      holders.splice(holders.indexOf(name), 1);
    };
    const one = leases[0]!.hold('relay', work('one'));
    await until(() => holders.join(' ') === 'one');
    const two = leases[1]!.hold('relay', work('two'));
    const other = leases[1]!.hold('other', work('other'));
    await until(() => holders.join(' ') === 'one other');
    await one.close();
    await until(() => holders.join(' ') === 'other two');
    // As if the process had died: its connection is gone.
    const key = processes[0].name('lease', 'relay');
    await processes[0].commands.run('set', (client) => client.set(key, 'somebody else', 'PX', 700));
    await until(() => holders.join(' ') === 'other');
    await until(() => holders.join(' ') === 'other two');
    let failures = 0;
    const failing = leases[0]!.hold('failing', async () => {
      failures++;
      throw new Error('of this test');
    });
    await until(() => failures >= 2);
    await Promise.all([two.close(), other.close(), failing.close()]);
    expect(holders).toEqual([]);
  });
});

describe('rate limits', () => {
  it('count over all processes, within a window', async () => {
    const options = { quota: 5, windowSeconds: 10 };
    const [one, two] = processes.map((connection) => createRedisRateLimiter(connection, 'user', options));
    const other = createRedisRateLimiter(processes[0], 'address', options);
    expect(await one!.take('usr_1')).toMatchObject({ allowed: true, quota: 5, windowSeconds: 10, remaining: 4 });
    expect(await two!.take('usr_1', 3)).toMatchObject({ allowed: true, remaining: 1 });
    expect(await one!.take('usr_2')).toMatchObject({ remaining: 4 });
    expect(await other.take('usr_1')).toMatchObject({ remaining: 4 });
    expect(await one!.take('usr_1')).toMatchObject({ allowed: true, remaining: 0 });
    const refused = await two!.take('usr_1');
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });
    expect(refused.resetMs).toBeGreaterThan(0);
    expect(refused.resetMs).toBeLessThanOrEqual(10_000);
    await until(async () => (await one!.take('usr_1')).allowed);
  });
});
