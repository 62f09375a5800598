import { expect, it } from 'vitest';
import { memoryStore } from './storage/key-value-store.js';
import { received, Scene } from './testing/scene.js';

const ann = 'usr_ann_';
const ben = 'usr_ben_';
const room = 'cnv_aaaa';

/** A client that is closed at a bad moment, and the one that follows it on the same store. */
async function world() {
  const store = memoryStore();
  const scene = new Scene();
  scene.log.start(room, [ann, ben]);
  await scene.projected();
  const first = await scene.connected(ann, { store });
  // What it knows now is saved.
  await scene.simulation.pass(3000);
  const reopened = async () => {
    await first.client.close();
    scene.server.mute = false;
    const next = await scene.connected(ann, { store });
    await scene.simulation.pass(10_000);
    return [...received(first.ledger, room), ...received(next.ledger, room)];
  };
  const says = async (id: string): Promise<void> => {
    const content = { type: 'text.v1', text: id } as const;
    scene.log.send(ben, { type: 'send', ref: 0, conversationId: room, clientMessageId: id, content });
    await scene.projected();
  };
  return { scene, first, reopened, says };
}

it('does not announce again what was accepted right before it was closed', async () => {
  const { scene, first, reopened } = await world();
  scene.server.faults.projectDelayMs = 5000;
  await scene.settled(first.client.send(room, 'hello').then(() => first.client.close()));
  expect(await reopened()).toEqual([1]);
});

it('does not take a hole for closed because it was closed itself', async () => {
  const { scene, first, reopened, says } = await world();
  await says('one');
  scene.server.faults.omit = 1;
  await says('two');
  scene.server.faults.omit = 0;
  await says('three');
  scene.server.mute = true;
  await scene.simulation.until(() => first.ledger.some(({ event }) => event === 'hole'));
  expect(await reopened()).toEqual([1, 2, 3]);
});
