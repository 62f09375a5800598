import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ToMember, ToTest } from './member-process.js';
import { brokers, Scene, type Consumer } from './scene.js';

const scenes: Scene[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const scene of scenes.splice(0)) await scene.close();
});
const aScene = async (settings: Parameters<typeof Scene.open>[0] = {}): Promise<Scene> => {
  const scene = await Scene.open(settings);
  scenes.push(scene);
  return scene;
};

const sessionTimeoutMs = 2_000;

/** A consumer in a process of its own; what it takes is applied to the stores of the scene. */
function memberProcess(scene: Scene): { readonly child: ChildProcess; readonly taken: () => number } {
  const path = fileURLToPath(new URL('../../dist/cluster/kafka/member-process.js', import.meta.url));
  const child = fork(path, [brokers(), scene.prefix, String(sessionTimeoutMs)]);
  children.push(child);
  let taken = 0;
  child.on('message', (message: ToTest) => {
    const store = scene.stores[message.partition];
    if (message.type === 'take') {
      taken += message.batch.events.length;
      store?.apply(message.batch);
    }
    if (child.connected) child.send({ id: message.id, checkpoint: store?.checkpoint ?? 0 } satisfies ToMember);
  });
  return { child, taken: () => taken };
}

const shared = (consumers: readonly Consumer[]): number[] =>
  consumers.flatMap(({ partitions }) => partitions).sort((a, b) => a - b);
const all = [0, 1, 2, 3, 4, 5];

describe('a group of consumers', () => {
  it('shares the partitions, and loses nothing while members come and go', async () => {
    const scene = await aScene({ sessionTimeoutMs, heartbeatMs: 300 });
    scene.relay();
    const writing = scene.keepWriting(400);
    const first = scene.consumer();
    await vi.waitFor(() => expect(shared([first])).toEqual(all), { timeout: 20_000 });
    const second = scene.consumer();
    await vi.waitFor(() => expect([first.partitions.length, second.partitions.length]).toEqual([3, 3]), {
      timeout: 20_000,
    });
    expect(shared([first, second])).toEqual(all);
    const third = scene.consumer();
    await vi.waitFor(() => expect(third.partitions).toHaveLength(2), { timeout: 20_000 });
    await first.close();
    await vi.waitFor(() => expect(shared([second, third])).toEqual(all), { timeout: 20_000 });
    expect(first.events.filter((event) => event.startsWith('begin'))).toHaveLength(
      first.events.filter((event) => event.startsWith('end')).length,
    );
    const fourth = scene.consumer();
    await vi.waitFor(() => expect(fourth.partitions).toHaveLength(2), { timeout: 20_000 });
    await Promise.all([second.close(), third.close()]);
    await vi.waitFor(() => expect(fourth.partitions).toEqual(all), { timeout: 20_000 });
    await writing.stop();
    expect(await scene.differences()).toEqual([]);
  });

  it('takes over from a process that was killed, within the session', async () => {
    const scene = await aScene({ sessionTimeoutMs, heartbeatMs: 300 });
    scene.relay();
    const writing = scene.keepWriting(300);
    const { child, taken } = memberProcess(scene);
    await vi.waitFor(() => expect(taken()).toBeGreaterThan(300), { timeout: 30_000 });
    const consumer = scene.consumer();
    await vi.waitFor(() => expect(consumer.partitions).toHaveLength(3), { timeout: 20_000 });
    child.kill('SIGKILL');
    await vi.waitFor(() => expect(consumer.partitions).toEqual(all), { timeout: 20_000 });
    await writing.stop();
    expect(await scene.differences()).toEqual([]);
  });

  it('takes over from a frozen process, which does no harm when it wakes and gets its share again', async () => {
    const scene = await aScene({ sessionTimeoutMs, heartbeatMs: 300 });
    scene.relay();
    const writing = scene.keepWriting(300);
    const { child, taken } = memberProcess(scene);
    await vi.waitFor(() => expect(taken()).toBeGreaterThan(300), { timeout: 30_000 });
    const consumer = scene.consumer();
    await vi.waitFor(() => expect(consumer.partitions).toHaveLength(3), { timeout: 20_000 });
    child.kill('SIGSTOP');
    await vi.waitFor(() => expect(consumer.partitions).toEqual(all), { timeout: 20_000 });
    await scene.settled(scene.stores, 20_000).catch(() => undefined);
    const frozen = taken();
    child.kill('SIGCONT');
    await vi.waitFor(() => expect(consumer.partitions).toHaveLength(3), { timeout: 30_000 });
    await vi.waitFor(() => expect(taken()).toBeGreaterThan(frozen + 50), { timeout: 30_000 });
    await writing.stop();
    expect(await scene.differences()).toEqual([]);
  });
});
