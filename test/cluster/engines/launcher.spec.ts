import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { down, environment, faults, status, up } from '#engines';

/** Loading the packages for the first time included, on a machine that has other work. */
const START_MS = 600_000;
const PATIENT = { timeout: 60_000 };
const TOPIC = 'launcher.spec';

/** Fails fast, so that a fault is seen and not waited out. */
function redisClient(url: string): Redis {
  const client = new Redis(url, {
    commandTimeout: 5_000,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: true,
    retryStrategy: () => null,
  });
  client.on('error', () => {});
  return client;
}

async function pingOnce(url: string): Promise<number> {
  const client = redisClient(url);
  try {
    await client.connect().catch(() => {});
    const began = performance.now();
    await client.ping();
    return performance.now() - began;
  } finally {
    client.disconnect();
  }
}

const kafkaClient = (brokers: string): Kafka =>
  new Kafka({ clientId: 'launcher.spec', brokers: brokers.split(','), logLevel: logLevel.NOTHING });

/** Makes the topic and has one record acknowledged. */
async function produceOne(kafka: Kafka): Promise<void> {
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 1 }], waitForLeaders: true });
  await producer.send({ topic: TOPIC, acks: -1, messages: [{ value: 'before' }] });
  await Promise.all([admin.disconnect(), producer.disconnect()]);
}

describe('the launcher', () => {
  let home = '';
  let urls: Record<string, string> = {};
  const where = () => ({ home });

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'parley-engines-'));
    urls = await up({ home, only: ['redis', 'kafka'], freePorts: true, proxied: true });
  }, START_MS);

  afterAll(async () => {
    await down(where());
    await rm(home, { recursive: true, force: true });
  });

  it('tells the addresses, and that every node answers', async () => {
    expect(Object.keys(urls).sort()).toEqual(['KAFKA_BROKERS', 'REDIS_URL']);
    expect(environment(where())).toEqual(urls);
    const nodes = await status(where());
    expect(nodes.map(({ name, alive, ready }) => ({ name, alive, ready }))).toEqual([
      { name: 'kafka-1', alive: true, ready: true },
      { name: 'redis-1', alive: true, ready: true },
    ]);
    expect(nodes.every(({ residentMiB }) => residentMiB > 5)).toBe(true);
  });

  it('leaves alone what runs already, and refuses to change it under way', async () => {
    expect(await up({ home, only: ['redis'], freePorts: true, proxied: true })).toEqual(urls);
    await expect(up({ home, only: ['redis'], freePorts: true })).rejects.toThrow('redis: runs already, but with other');
  });

  it('names the engines there are, where one is unknown', async () => {
    await expect(up({ home, only: ['mysql' as 'redis'] })).rejects.toThrow('kafka, cassandra, elasticsearch, redis');
  });

  it(
    'keeps what Kafka has acknowledged over kill -9',
    async () => {
      await produceOne(kafkaClient(urls['KAFKA_BROKERS']!));
      await faults.kill('kafka', where());
      expect((await status(where()))[0]).toMatchObject({ name: 'kafka-1', alive: false, ready: false, residentMiB: 0 });
      await faults.start('kafka', where());
      expect((await status(where()))[0]).toMatchObject({ name: 'kafka-1', alive: true, ready: true });
      const admin = kafkaClient(urls['KAFKA_BROKERS']!).admin();
      await admin.connect();
      expect(await admin.fetchTopicOffsets(TOPIC)).toMatchObject([{ partition: 0, offset: '1' }]);
      await admin.disconnect();
    },
    START_MS,
  );

  it('sends Kafka clients to the proxy, also for the connections they open by themselves', async () => {
    const admin = kafkaClient(urls['KAFKA_BROKERS']!).admin();
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    await admin.disconnect();
    expect(brokers.map(({ host, port }) => `${host}:${port}`)).toEqual([urls['KAFKA_BROKERS']]);
  });

  it('stops and starts again, at the same address', async () => {
    await faults.stop('redis', where());
    await expect(pingOnce(urls['REDIS_URL']!)).rejects.toThrow('closed');
    await faults.start('redis', where());
    await pingOnce(urls['REDIS_URL']!);
  });

  it('freezes without closing connections, and thaws', async () => {
    const client = redisClient(urls['REDIS_URL']!);
    await client.ping();
    await faults.freeze('redis', where());
    await expect(client.ping()).rejects.toThrow('Command timed out');
    expect((await status(where()))[1]).toMatchObject({ alive: true, ready: false });
    await faults.thaw('redis', where());
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
  });

  it('slows answers down', async () => {
    await faults.slow('redis', 300, where());
    expect(await pingOnce(urls['REDIS_URL']!)).toBeGreaterThanOrEqual(299);
    await faults.heal('redis', where());
    // A busy machine may be slow by itself now and then; with the delay still there no answer could be quicker.
    await expect.poll(() => pingOnce(urls['REDIS_URL']!), PATIENT).toBeLessThan(299);
  });

  it('cuts connections and refuses new ones, while the engine itself is well', async () => {
    const client = redisClient(urls['REDIS_URL']!);
    await client.ping();
    const ended = new Promise((resolve) => client.once('end', resolve));
    await faults.cut('redis', where());
    await ended;
    await expect(pingOnce(urls['REDIS_URL']!)).rejects.toThrow('closed');
    expect((await status(where()))[1]).toMatchObject({ alive: true, ready: true });
    await faults.heal('redis', where());
    await pingOnce(urls['REDIS_URL']!);
  });

  it('swallows everything in a black hole, and lets it out again', async () => {
    const client = redisClient(urls['REDIS_URL']!);
    await client.set('key', 'old');
    await faults.blackHole('redis', where());
    await expect(client.set('key', 'new')).rejects.toThrow('Command timed out');
    await faults.heal('redis', where());
    // The same connection goes on, and what was under way arrives: a client cannot know that it failed.
    expect(await client.get('key')).toBe('new');
    client.disconnect();
  });

  it('fills no disk that the machine needs', async () => {
    await expect(faults.fillDisk('redis', where())).rejects.toThrow('small-disks');
  });

  /** What a write to Redis says with its disk full, and after that. */
  async function fillAndFree(): Promise<string[]> {
    const { REDIS_URL: url = '' } = await up({ home, only: ['redis'], freePorts: true, clean: true, smallDiskMiB: 64 });
    const client = redisClient(url);
    const write = (): Promise<string> => client.set('key', 'x'.repeat(10_000)).catch(String);
    await faults.fillDisk('redis', where());
    // Redis answers before it writes: it refuses from the write after the one that found no place.
    const refusal = await vi.waitUntil(async () => [await write()].find((answer) => answer !== 'OK'), PATIENT);
    await faults.freeDisk('redis', where());
    const after = await vi.waitUntil(async () => [await write()].find((answer) => answer === 'OK'), PATIENT);
    client.disconnect();
    return [refusal, after];
  }

  it('fills a small disk and frees it, or says why it cannot have one', async () => {
    await down({ home, only: ['redis'] });
    const [first, second = ''] = await fillAndFree().catch((error: Error) => [error.message]);
    // Only root may mount.
    const isRoot = process.getuid?.() === 0;
    expect(first).toContain(isRoot ? 'MISCONF' : 'does not let us mount');
    expect(second).toBe(isRoot ? 'OK' : '');
  });

  it('takes everything down', async () => {
    expect(await down(where())).toEqual(['kafka', 'redis']);
    expect(await status(where())).toEqual([]);
    expect(environment(where())).toEqual({});
    await expect(faults.kill('kafka', where())).rejects.toThrow('kafka is not up');
    await expect(pingOnce(urls['REDIS_URL']!)).rejects.toThrow('closed');
  });
});
