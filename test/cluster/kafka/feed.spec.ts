import { KafkaMisconfigured, partitionOfStream } from '@parley/kafka';
import { Kafka, logLevel } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { brokers, Scene } from './scene.js';

const scenes: Scene[] = [];
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene.close();
});
const aScene = async (settings: Parameters<typeof Scene.open>[0] = {}): Promise<Scene> => {
  const scene = await Scene.open(settings);
  scenes.push(scene);
  return scene;
};
const plain = (): Kafka => new Kafka({ brokers: brokers().split(','), logLevel: logLevel.NOTHING });

describe('the feed on Kafka', () => {
  it('brings all of the log, in order for each stream, to one consumer', async () => {
    const scene = await aScene();
    await scene.write(500);
    scene.relay();
    scene.consumer();
    await scene.write(500);
    expect(await scene.differences()).toEqual([]);
  });

  it('says how many records a group has not taken', async () => {
    const scene = await aScene();
    const { stop } = scene.relay();
    const consumer = scene.consumer();
    await scene.write(50);
    await scene.settled();
    await stop();
    await vi.waitFor(async () => expect(await consumer.lag()).toBe(0), { timeout: 10_000, interval: 200 });
    await consumer.close();
    const waiting = await scene.whole();
    await scene.engine.topic.publish({ after: 0, events: waiting, checkpoint: waiting.length });
    expect(await consumer.lag()).toBeGreaterThanOrEqual(waiting.length);
  });

  it('puts records on the topic that any reader of CloudEvents understands', async () => {
    const scene = await aScene();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await scene.append('receipts-cnv_1', {
      eventId: '7f3f6f0e-0000-4000-8000-000000000001',
      type: 'WatermarksAdvanced.v1',
      data: '{"advances":[]}',
      metadata: JSON.stringify({ actorId: 'usr_a', traceparent }),
      time: Date.UTC(2026, 10, 23),
    });
    scene.relay();
    const consumer = plain().consumer({ groupId: `${scene.prefix}reader` });
    const found = Promise.withResolvers<Record<string, unknown>>();
    await consumer.connect();
    await consumer.subscribe({ topics: [`${scene.prefix}events`], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        if (message.value === null) return;
        const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
        found.resolve({
          partition,
          key: String(message.key),
          value: String(message.value),
          ...Object.fromEntries(headers),
        });
      },
    });
    expect(await found.promise).toEqual({
      partition: partitionOfStream('conversation-cnv_1', 6),
      key: 'cnv_1',
      value: '{"advances":[]}',
      ce_specversion: '1.0',
      ce_id: '7f3f6f0e-0000-4000-8000-000000000001',
      ce_source: '/parley/log',
      ce_type: 'WatermarksAdvanced.v1',
      ce_subject: 'receipts-cnv_1',
      ce_time: '2026-11-23T00:00:00.000Z',
      ce_traceparent: traceparent,
      ce_metadata: JSON.stringify({ actorId: 'usr_a', traceparent }),
      ce_position: '1',
      ce_revision: '0',
      ce_after: '0',
      'content-type': 'application/json',
    });
    await consumer.disconnect();
  });

  it('gives every event once, however often it was produced', async () => {
    const scene = await aScene();
    const { stop } = scene.relay();
    await scene.write(300);
    const all = await scene.whole();
    await vi.waitFor(async () => expect(Math.min(...(await markers(scene)))).toBe(all.length), { timeout: 20_000 });
    await stop();
    for (const [from, to] of [
      [0, 120],
      [50, 300],
      [10, 20],
    ] as const) {
      const events = all.slice(from, to);
      await scene.engine.topic.publish({ after: from, events, checkpoint: to });
    }
    await scene.write(200);
    scene.relay();
    scene.consumer();
    expect(await scene.differences()).toEqual([]);
    expect(scene.stores.map(({ repeated }) => repeated)).toEqual(scene.stores.map(() => 0));
  });

  it('waits for a consumer that takes longer than the session, holds up no other partition, and keeps its own', async () => {
    const scene = await aScene({ sessionTimeoutMs: 2_000, heartbeatMs: 300, maxWaitingBytes: 20_000 });
    scene.relay();
    const slow = partitionOfStream('conversation-cnv_1', 6);
    const gate = Promise.withResolvers<void>();
    let taking = 0;
    let holding = false;
    const consumer = scene.consumer({
      before: async (partition, { events }) => {
        if (partition !== slow || events.length === 0) return;
        taking++;
        holding = true;
        await gate.promise;
      },
    });
    await scene.write(200);
    await vi.waitFor(() => expect(holding).toBe(true), { timeout: 20_000 });
    const writing = scene.keepWriting(300);
    const others = scene.stores.filter((_, partition) => partition !== slow);
    const began = performance.now();
    while (performance.now() - began < 6_000) {
      const before = (await scene.log.info()).lastPosition;
      await vi.waitFor(() => expect(Math.min(...others.map(({ checkpoint }) => checkpoint))).toBeGreaterThan(before), {
        timeout: 3_000,
      });
      await pause(200);
    }
    expect(consumer.events.filter((event) => event.startsWith('end'))).toEqual([]);
    expect(consumer.events).toHaveLength(6);
    expect(taking).toBe(1);
    expect(await committed(scene, slow)).toBeLessThanOrEqual(0);
    gate.resolve();
    await writing.stop();
    expect(await scene.differences()).toEqual([]);
    expect(scene.stores[slow]?.repeated).toBe(0);
  });

  it('brings what a consumer rejects again, and holds up no other partition meanwhile', async () => {
    const scene = await aScene();
    scene.relay();
    let broken = true;
    let rejected = 0;
    scene.consumer({
      before: async (partition) => {
        if (partition !== 2 || !broken) return;
        rejected++;
        throw new Error('the store is away');
      },
    });
    await scene.write(300);
    const others = scene.stores.filter((_, partition) => partition !== 2);
    await scene.settled(others);
    await vi.waitFor(() => expect(rejected).toBeGreaterThan(3), { timeout: 20_000 });
    expect(scene.stores[2]?.checkpoint).toBe(0);
    broken = false;
    expect(await scene.differences()).toEqual([]);
  });

  it('brings events of the largest size, while small ones keep every partition busy', async () => {
    const scene = await aScene();
    scene.relay();
    scene.consumer();
    const writing = scene.keepWriting(300);
    const metadata = '{"actorId":"usr_a"}';
    for (const letter of ['x', 'я', '語']) {
      const room = 1_048_576 - metadata.length - 2;
      const data = JSON.stringify(letter.repeat(Math.floor(room / Buffer.byteLength(letter))));
      await scene.append('conversation-cnv_7', { data, metadata });
    }
    await scene.settled();
    await writing.stop();
    expect(await scene.differences()).toEqual([]);
  });

  it('refuses a topic with another number of partitions, in plain words', async () => {
    const scene = await aScene();
    const other = Scene.engine({ prefix: scene.prefix, partitions: 12 });
    await expect(other.prepare()).rejects.toThrow(KafkaMisconfigured);
    await expect(other.prepare()).rejects.toThrow('has 6 partitions and this deployment is set to 12');
    await other.close();
    await Promise.all([scene.engine.prepare(), scene.engine.prepare()]);
  });

  it('creates its topics once, with retention, though many begin at once', async () => {
    const prefix = `test-${Date.now()}.`;
    const engines = Array.from({ length: 4 }, () => Scene.engine({ prefix, partitions: 3, retentionMs: 3_600_000 }));
    await Promise.all(engines.map((engine) => engine.prepare()));
    const admin = plain().admin();
    await admin.connect();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: `${prefix}events`, configNames: ['retention.ms', 'cleanup.policy'] }],
    });
    const entries = resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]);
    expect(Object.fromEntries(entries ?? [])).toEqual({ 'retention.ms': '3600000', 'cleanup.policy': 'delete' });
    const { topics } = await admin.fetchTopicMetadata({ topics: [`${prefix}events`] });
    expect(topics[0]?.partitions).toHaveLength(3);
    await admin.disconnect();
    await Promise.all(engines.map((engine) => engine.close()));
  });

  it('sends dead letters on with who could not deal with them and why', async () => {
    const scene = await aScene();
    await scene.append('conversation-cnv_1');
    const [event] = await scene.whole();
    await scene.engine.deadLetters.add({
      projection: 'history',
      partition: 4,
      reason: 'no such message',
      event: event!,
    });
    const consumer = plain().consumer({ groupId: `${scene.prefix}reader` });
    const found = Promise.withResolvers<string[]>();
    await consumer.connect();
    await consumer.subscribe({ topics: [`${scene.prefix}events.dead`], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        const { headers = {} } = message;
        const names = ['ce_id', 'ce_position', 'ce_projection', 'ce_partition', 'ce_reason'];
        found.resolve(names.map((name) => String(headers[name])));
      },
    });
    expect(await found.promise).toEqual([event?.eventId, '1', 'history', '4', 'no such message']);
    await consumer.disconnect();
  });
});

async function markers(scene: Scene): Promise<number[]> {
  return (await scene.engine.topic.readMarkers()).map((marker) => marker ?? 0);
}

/** The offset that the group was told for a partition; -1: none. */
async function committed(scene: Scene, partition: number): Promise<number> {
  const admin = plain().admin();
  await admin.connect();
  try {
    const [topic] = await admin.fetchOffsets({ groupId: `${scene.prefix}timeline`, topics: [`${scene.prefix}events`] });
    return Number(topic?.partitions.find((each) => each.partition === partition)?.offset ?? -1);
  } finally {
    await admin.disconnect();
  }
}
