import { ReadModelUnavailable } from '@parley/ports';
import { connectRedis, RedisNodeDirectory } from '@parley/redis';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heartbeatMs, type Processes, startProcesses, ttlMs, works } from './outage.kit.js';
import { ask, logger, newPrefix, OwnServer, SlowWay, until } from './redis.kit.js';

/** How long Redis is away in these tests. */
const awayMs = 4_000;
/** Deadline of a command, and what a busy machine takes beside. */
const failsWithinMs = 1_500;

let server: OwnServer;
let all: Processes;
/** What looking whether everything works takes on this machine at the moment. */
let healthyMs: number;
beforeEach(async () => {
  server = await OwnServer.start();
  all = await startProcesses(server.url);
  const start = performance.now();
  await works(all);
  healthyMs = performance.now() - start;
});
afterEach(async () => {
  server.thaw();
  await all.close();
  await server.dispose();
});

const timed = async <T>(work: () => Promise<T>): Promise<{ readonly ms: number; readonly result: T | Error }> => {
  const start = performance.now();
  const result = await work().catch((error: Error) => error);
  return { ms: performance.now() - start, result };
};

/** What still works, and how quickly the rest fails. */
async function degrades(): Promise<void> {
  const [one, two] = all.gateways;
  const connection = { connectionId: 'c', deviceId: 'dev_2', state: 'online', now: Date.now(), ttlMs } as const;
  for (let i = 0; i < 3; i++) {
    const asked = await timed(() => one.presence.get(['usr_two']));
    expect(asked.result).toBeInstanceOf(ReadModelUnavailable);
    expect(asked.ms).toBeLessThan(failsWithinMs);
    const announced = await timed(() => one.presence.announce({ userId: 'usr_3', ...connection }));
    expect(announced.result).toBeUndefined();
    expect(announced.ms).toBeLessThan(failsWithinMs);
    const limited = await timed(() => one.limiter.take('usr_1'));
    expect(limited.result).toMatchObject({ allowed: true });
    expect(limited.ms).toBeLessThan(failsWithinMs);
  }
  // By now it is known, and nothing waits any more.
  for (let i = 0; i < 100; i++)
    expect((await timed(() => two.presence.get(['usr_one']))).ms).toBeLessThan(failsWithinMs);
  const start = performance.now();
  for (let i = 0; i < 100; i++) await one.presence.get(['usr_two']).catch(() => undefined);
  expect(performance.now() - start).toBeLessThan(failsWithinMs);

  expect(all.gateways.map(({ nodeIds }) => nodeIds)).toEqual(['usr_one usr_two', 'usr_one usr_two']);
  const { position } = all.projector;
  for (const gateway of all.gateways) {
    expect(await gateway.deliveries.waitFor(position, 5_000)).toBe(true);
    await until(() => gateway.handed >= position, 5_000);
  }
  const own: string[] = [];
  const end = one.signals.subscribe(({ conversationId }) => own.push(conversationId));
  one.signals.publish({ conversationId: 'cnv_own', userId: 'usr_1', active: true });
  expect(own).toEqual(['cnv_own']);
  end();
  one.revocations.publish({ userId: 'usr_9', deviceIds: ['dev_revoked'] });
  expect(one.revoked).toContain('dev_revoked');
}

const backWithin = async (ms: number): Promise<void> => {
  const start = performance.now();
  await works(all);
  expect(performance.now() - start).toBeLessThan(ms + 3 * healthyMs);
};

describe('Redis', () => {
  it('killed and started again, empty: features degrade, then all comes back by itself', async () => {
    const [one, two] = all.gateways;
    const working = all.gateways.find((gateway) => gateway.working);
    await server.kill();
    const killedAt = performance.now();
    await degrades();
    await sleep(Math.max(0, killedAt + awayMs - performance.now()));
    expect(working?.working).toBe(true);
    one.changes.length = two.changes.length = 0;
    await server.start();
    await backWithin(5_000);
    await until(() => two.revoked.includes('dev_revoked'));
    expect([...one.replaced, ...two.replaced]).toEqual([]);
    // Nobody who was here all the time was told to have gone.
    await sleep(ttlMs + heartbeatMs);
    expect([...one.changes, ...two.changes].filter(({ state }) => state === 'offline')).toEqual([]);
  });

  it('frozen: the first command waits, no other, and all comes back by itself', async () => {
    server.freeze();
    const frozenAt = performance.now();
    await degrades();
    await sleep(Math.max(0, frozenAt + awayMs - performance.now()));
    server.thaw();
    await backWithin(5_000);
    await until(() => all.gateways[1].revoked.includes('dev_revoked'));
    expect(all.gateways.flatMap(({ replaced }) => replaced)).toEqual([]);
  });

  it('emptied: fills itself within a heartbeat, and nobody notices', async () => {
    const [one, two] = all.gateways;
    one.changes.length = two.changes.length = 0;
    const gaps = one.gaps + two.gaps;
    expect(await ask(server.port, 'FLUSHALL')).toBe('+OK\r\n');
    await backWithin(5_000);
    expect(one.gaps + two.gaps).toBe(gaps);
    await sleep(ttlMs + heartbeatMs);
    expect([...one.changes, ...two.changes].filter(({ state }) => state === 'offline')).toEqual([]);
  });

  it('emptied just when a gateway dies: the others tell after a while that its people are gone', async () => {
    const [one, two] = all.gateways;
    await until(() => one.changes.some(({ userId, state }) => userId === 'usr_two' && state === 'online'));
    await two.die();
    await ask(server.port, 'FLUSHALL');
    await until(() => one.changes.some(({ userId, state }) => userId === 'usr_two' && state === 'offline'));
    await until(() => one.nodeIds === 'usr_one');
    expect((await one.presence.get(['usr_two']))[0]?.state).toBe('offline');
  });

  it('cut off for one gateway only: it hears afterwards what it missed', async () => {
    const [one, two] = all.gateways;
    await until(() => one.changes.some(({ userId, state }) => userId === 'usr_two' && state === 'online'));
    // All connections of clients end; while the first gateway connects again, the other ones' device goes.
    await ask(server.port, 'CLIENT', 'KILL', 'TYPE', 'pubsub');
    await two.presence.disconnect('usr_two', 'dev_1', 'connection of usr_two');
    two.revocations.publish({ userId: 'usr_9', deviceIds: ['dev_missed'] });
    await until(() => one.revoked.includes('dev_missed'));
    await works(all);
    expect(one.revoked).toEqual(['dev_missed']);
  });

  it('slow by half a second: what asks fails in time, deliveries go on live, only later', async () => {
    await all.close();
    const way = await SlowWay.open(server.port);
    all = await startProcesses(way.url);
    await works(all);
    way.delayMs = 300;
    const [one, two] = all.gateways;
    await until(async () => (await timed(() => one.presence.get(['usr_two']))).result instanceof Error);
    expect((await timed(() => one.presence.get(['usr_two']))).ms).toBeLessThan(failsWithinMs);
    const { position } = all.projector;
    await until(() => one.handed > position && two.handed > position);
    const [gaps, delivered] = [one.gaps, one.delivered];
    await until(() => one.delivered > delivered + 1_000);
    expect(one.gaps).toBe(gaps);
    way.delayMs = 0;
    await backWithin(5_000);
    await all.close();
    await way.close();
  });

  it('late: processes start without it and begin as soon as it is there', async () => {
    const late = await OwnServer.start();
    await late.kill();
    const connection = connectRedis(late.url, { logger, prefix: newPrefix() });
    const directory = new RedisNodeDirectory(connection);
    await directory.announce({ id: 'early', kind: 'gateway', address: 'http://early' });
    expect(directory.nodes('gateway')).toHaveLength(1);
    await late.start();
    await until(() => connection.commands.available && connection.channels.listening);
    directory.close();
    await connection.close();
    await late.dispose();
  });
});
