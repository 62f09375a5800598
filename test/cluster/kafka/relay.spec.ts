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

/** As if age had done it: the first records of each partition go, so many that `left` remain. */
async function truncate(scene: Scene, left: number): Promise<void> {
  const admin = new Kafka({ brokers: brokers().split(','), logLevel: logLevel.NOTHING }).admin();
  const topic = `${scene.prefix}events`;
  await admin.connect();
  const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({
    partition,
    offset: String(Math.max(0, Number(high) - left)),
  }));
  await admin.deleteTopicRecords({ topic, partitions });
  await admin.disconnect();
}

describe('the relay into Kafka', () => {
  it('goes on where the topic ends, however often it is killed on its way', async () => {
    const scene = await aScene();
    scene.consumer();
    const writing = scene.keepWriting(500);
    for (let life = 0; life < 6; life++) {
      const { relay, stop } = scene.relay();
      const before = relay.status().position;
      await vi.waitFor(() => expect(relay.status().position).toBeGreaterThan(before), { timeout: 30_000, interval: 5 });
      await pause(Math.random() * 200);
      await stop();
    }
    await writing.stop();
    const { relay } = scene.relay();
    expect(await scene.differences()).toEqual([]);
    const { lastPosition } = await scene.log.info();
    await vi.waitFor(() => expect(relay.status()).toEqual({ state: 'relaying', position: lastPosition }), {
      timeout: 20_000,
    });
    const markers = await scene.engine.topic.readMarkers();
    expect(markers).toEqual(markers.map(() => lastPosition));
  });

  it('does no harm when two run at once', async () => {
    const scene = await aScene();
    scene.relay();
    scene.relay();
    scene.consumer();
    const writing = scene.keepWriting(500);
    await pause(1_500);
    const { stop } = scene.relay();
    await pause(500);
    await stop();
    await writing.stop();
    expect(await scene.differences()).toEqual([]);
    expect(scene.stores.map(({ repeated }) => repeated)).toEqual(scene.stores.map(() => 0));
  });

  it('is not missed by who comes after age has deleted what they lack: they read it from the log', async () => {
    const scene = await aScene();
    scene.relay();
    const away = scene.consumer();
    await scene.write(200);
    await scene.settled();
    await away.close();
    await scene.write(2_000);
    const others = scene.freshStores();
    const all = scene.consumer({ group: 'others', stores: others });
    await scene.settled(others);
    await all.close();
    await truncate(scene, 5);
    // One that was away, one that begins anew, and one whose offsets are ahead of its stores.
    scene.consumer();
    const fresh = scene.freshStores();
    scene.consumer({ group: 'fresh', stores: fresh });
    const emptied = scene.freshStores();
    scene.consumer({ group: 'others', stores: emptied });
    const writing = scene.keepWriting(200);
    await pause(500);
    await writing.stop();
    expect(await scene.differences()).toEqual([]);
    expect(await scene.differences(fresh)).toEqual([]);
    expect(await scene.differences(emptied)).toEqual([]);
  });

  it('lets whoever waits at the end of a quiet topic know what they lack', async () => {
    const scene = await aScene();
    const { stop } = scene.relay();
    await scene.write(300);
    const consumer = scene.consumer();
    await scene.settled();
    await consumer.close();
    // Nothing is produced any more, and the stores are lost; then all records are, and a relay begins.
    await stop();
    const emptied = scene.freshStores();
    const again = scene.consumer({ stores: emptied });
    expect(await scene.differences(emptied)).toEqual([]);
    await again.close();
    await truncate(scene, 0);
    const late = scene.freshStores();
    scene.consumer({ group: 'late', stores: late });
    scene.relay();
    expect(await scene.differences(late)).toEqual([]);
  });
});
