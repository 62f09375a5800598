import type { PartitionCheckpoint } from '@parley/ports';
import { createProgressBus, createSignalBus, RedisRevocationBus, type RedisConnection } from '@parley/redis';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { presenceBusContract } from '../../contract/presence.contract.js';
import { listening, newPrefix, open, redisUrl, until } from './redis.kit.js';

/** Resolves when what `from` has sent has reached `to`. */
async function settle(from: RedisConnection, to: RedisConnection): Promise<void> {
  const channel = from.name('settled', randomUUID());
  let heard = 0;
  const end = to.channels.subscribe(channel, () => heard++);
  await listening(to);
  for (let round = 1; round <= 3; round++) {
    await from.commands.run('publish', (client) => client.publish(channel, ''));
    await until(() => heard === round);
  }
  end();
}

async function twoProcesses(): Promise<readonly [RedisConnection, RedisConnection]> {
  const prefix = newPrefix();
  return [await open(redisUrl(), prefix), await open(redisUrl(), prefix)];
}

presenceBusContract('Redis, within one process', async () => {
  const connection = await open();
  const signals = createSignalBus(connection);
  const revocations = new RedisRevocationBus(connection);
  await listening(connection);
  return {
    signals,
    revocations,
    settle: () => settle(connection, connection),
    async close() {
      signals.close();
      revocations.close();
      await connection.close();
    },
  };
});

presenceBusContract('Redis, from one process to another', async () => {
  const [here, there] = await twoProcesses();
  const signals = [createSignalBus(here), createSignalBus(there)] as const;
  const revocations = [new RedisRevocationBus(here), new RedisRevocationBus(there)] as const;
  await listening(here, there);
  return {
    signals: {
      publish: (signal) => signals[0].publish(signal),
      subscribe: (listener) => signals[1].subscribe(listener),
    },
    revocations: {
      publish: (revocation) => revocations[0].publish(revocation),
      subscribe: (listener) => revocations[1].subscribe(listener),
    },
    settle: () => settle(here, there),
    async close() {
      for (const bus of [...signals, ...revocations]) bus.close();
      await Promise.all([here.close(), there.close()]);
    },
  };
});

describe('progress', () => {
  let processes: readonly [RedisConnection, RedisConnection];
  beforeEach(async () => {
    processes = await twoProcesses();
  });
  afterEach(() => Promise.all(processes.map((connection) => connection.close())));

  it('reaches every process: the newest at once or gathered, and again a second later', async () => {
    const [here, there] = processes;
    const told = createProgressBus(here);
    const heard = createProgressBus(there);
    const checkpoints: PartitionCheckpoint[] = [];
    heard.subscribe((checkpoint) => checkpoints.push(checkpoint));
    await listening(here, there);
    for (let position = 1; position <= 1_000; position++) {
      told.tell({ projection: 'history', partition: position % 2, position });
      told.tell({ projection: 'search', partition: 0, position });
    }
    const has = (checkpoint: PartitionCheckpoint): boolean =>
      checkpoints.some((each) => JSON.stringify(each) === JSON.stringify(checkpoint));
    await until(
      () =>
        has({ projection: 'history', partition: 0, position: 1_000 }) &&
        has({ projection: 'history', partition: 1, position: 999 }) &&
        has({ projection: 'search', partition: 0, position: 1_000 }),
    );
    expect(checkpoints.length).toBeLessThan(100);
    checkpoints.length = 0;
    await until(() => has({ projection: 'search', partition: 0, position: 1_000 }));
    told.close();
    heard.close();
  });
});
