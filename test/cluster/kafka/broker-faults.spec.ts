import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ownBroker, type OwnBroker } from './own-broker.js';
import { Scene } from './scene.js';

/** Loading the jars for the first time included. */
const startMs = 600_000;

// A broker is slow to start where much else runs.
describe('when the broker is away', { timeout: 400_000 }, () => {
  let broker: OwnBroker;
  const scenes: Scene[] = [];
  beforeAll(async () => {
    broker = await ownBroker();
  }, startMs);
  afterEach(async () => {
    for (const scene of scenes.splice(0)) await scene.close();
  });
  afterAll(() => broker.down());

  const aScene = async (): Promise<Scene> => {
    const scene = await Scene.open({ requestTimeoutMs: 5_000 }, broker.address);
    scenes.push(scene);
    return scene;
  };

  it.each([
    ['killed and started again', () => broker.kill(), () => broker.start()],
    ['stopped and started again', () => broker.stop(), () => broker.start()],
    ['frozen for longer than a session and woken', () => broker.freeze(), () => broker.thaw()],
  ])('%s: everything goes on by itself, and nothing is lost', async (_, fail, repair) => {
    const scene = await aScene();
    const { relay } = scene.relay();
    const consumers = [scene.consumer(), scene.consumer()];
    const writing = scene.keepWriting(200);
    await vi.waitFor(() => expect(Math.min(...scene.stores.map(({ checkpoint }) => checkpoint))).toBeGreaterThan(300), {
      timeout: 60_000,
    });
    await fail();
    await pause(8_000);
    const away = relay.status().position;
    const { lastPosition } = await scene.log.info();
    expect(lastPosition).toBeGreaterThan(away);
    expect(await consumers[0]?.lag()).toBeNull();
    await repair();
    await vi.waitFor(
      () => expect(Math.min(...scene.stores.map(({ checkpoint }) => checkpoint))).toBeGreaterThan(lastPosition),
      { timeout: 60_000, interval: 10 },
    );
    await writing.stop();
    expect(await scene.differences()).toEqual([]);
    // One that lost partitions while the broker was away finds out with its next heartbeat.
    const shared = () => consumers.flatMap(({ partitions }) => partitions).sort((a, b) => a - b);
    await vi.waitFor(() => expect(shared()).toEqual([0, 1, 2, 3, 4, 5]), { timeout: 60_000 });
  });

  it('killed and never back: closing takes a bounded time all the same', async () => {
    const scene = await aScene();
    const { stop } = scene.relay();
    const consumer = scene.consumer();
    await scene.write(20);
    await scene.settled();
    await broker.kill();
    await scene.write(20);
    await pause(1_000);
    const began = performance.now();
    await Promise.all([consumer.close(), stop(), scene.engine.close()]);
    expect(performance.now() - began).toBeLessThan(8_000);
    await broker.start();
  });

  it('late at the start: waits for it, then begins', async () => {
    await broker.kill();
    const opened = aScene();
    let open = false;
    void opened.then(() => (open = true));
    await pause(2_000);
    expect(open).toBe(false);
    await broker.start();
    const scene = await opened;
    scene.relay();
    scene.consumer();
    await scene.write(100);
    expect(await scene.differences()).toEqual([]);
  });
});
