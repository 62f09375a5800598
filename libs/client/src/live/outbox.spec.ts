import { expect, it } from 'vitest';
import { memoryStore } from '../storage/key-value-store.js';
import { Scene } from '../testing/scene.js';

const ann = 'usr_ann_';
const room = 'cnv_aaaa';

async function talking(options: Parameters<Scene['device']>[1] = {}) {
  const scene = new Scene();
  scene.log.start(room, [ann, 'usr_ben_']);
  await scene.projected();
  const device = await scene.connected(ann, options);
  const texts = (): string[] =>
    (scene.log.conversations.get(room)?.messages ?? []).map(({ content }) =>
      content?.type === 'text.v1' ? content.text : '',
    );
  return { scene, device, client: device.client, texts };
}

it('is pending, then accepted, and the message is there at once', async () => {
  const { scene, client } = await talking();
  const told: string[] = [];
  client.on('outbox', ({ status, message }) => told.push(`${status} ${message.clientMessageId}`));
  const accepted = client.send(room, 'hello', { clientMessageId: 'm-1', mentions: ['usr_ben_'], replyTo: 1 });
  expect(client.outgoing(room)).toMatchObject([{ clientMessageId: 'm-1', status: 'pending', replyTo: 1 }]);
  scene.server.faults.projectDelayMs = 60_000;
  expect(await scene.settled(accepted)).toMatchObject({ sequence: 1, repeated: false, clientMessageId: 'm-1' });
  expect(client.outgoing()).toEqual([]);
  expect(client.window(room)).toMatchObject([{ sequence: 1, senderId: ann, mentions: ['usr_ben_'], replyTo: 1 }]);
  expect(told).toEqual(['pending m-1', 'accepted m-1']);
});

it('keeps the order of one conversation while the server refuses and connections break', async () => {
  const { scene, device, client, texts } = await talking({ answerTimeoutMs: 2000 });
  Object.assign(scene.server.faults, { refuse: 0.4, acceptDelayMs: 200, latencyMs: 30 });
  const written = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  const all = Promise.all(written.map((line) => client.send(room, line)));
  for (let cut = 0; cut < 10; cut++) {
    await scene.simulation.pass(150);
    device.sockets.at(-1)?.cut();
  }
  await scene.settled(all);
  expect(texts()).toEqual(written);
  const ids = new Map<string, Set<string>>();
  for (const frame of scene.server.received) {
    if (frame.type !== 'send') continue;
    const line = frame.content.type === 'text.v1' ? frame.content.text : '';
    ids.set(line, (ids.get(line) ?? new Set()).add(frame.clientMessageId));
  }
  expect([...ids.values()].map((each) => each.size)).toEqual(written.map(() => 1));
});

it('sends again what is not answered, under the same id', async () => {
  const { scene, client, texts } = await talking({ answerTimeoutMs: 1000 });
  scene.server.mute = true;
  const accepted = client.send(room, 'hello');
  await scene.simulation.pass(1500);
  scene.server.mute = false;
  await scene.settled(accepted);
  expect(texts()).toEqual(['hello']);
});

it('keeps what was refused for its writer, who may try again or forget it', async () => {
  const { scene, client, texts } = await talking();
  scene.log.remove(room, ann);
  const refused = client.send(room, 'too late', { clientMessageId: 'm-1' });
  await expect(scene.settled(refused)).rejects.toMatchObject({ code: 'conversation_not_found', retryable: false });
  const [failed] = client.outgoing();
  expect(failed).toMatchObject({ status: 'failed', error: { code: 'conversation_not_found' } });
  if (failed === undefined) throw new Error('nothing failed');
  scene.log.join(room, ann);
  await scene.settled(Promise.resolve(client.retry(failed)));
  expect(texts()).toEqual(['too late']);
  expect(client.outgoing()).toEqual([]);
  expect(client.retry(failed)).toBeUndefined();
  expect(client.dismiss(failed)).toBe(false);
});

it('forgets a refused message when told to', async () => {
  const { scene, client } = await talking();
  await expect(scene.settled(client.send('cnv_none', 'hello'))).rejects.toThrow(/not found/i);
  const [failed] = client.outgoing();
  if (failed === undefined) throw new Error('nothing failed');
  expect(client.dismiss(failed)).toBe(true);
  expect(client.outgoing()).toEqual([]);
});

it('refuses the same id with other content, as the server does', async () => {
  const { scene, client } = await talking();
  await scene.settled(client.send(room, 'one', { clientMessageId: 'm-1' }));
  await expect(scene.settled(client.send(room, 'two', { clientMessageId: 'm-1' }))).rejects.toMatchObject({
    code: 'idempotency_conflict',
  });
});

it('says once what is said twice while it waits', async () => {
  const { scene, client, texts } = await talking();
  const both = [
    client.send(room, 'one', { clientMessageId: 'm-1' }),
    client.send(room, 'one', { clientMessageId: 'm-1' }),
  ];
  const [first, second] = await scene.settled(Promise.all(both));
  expect(first).toEqual(second);
  expect(texts()).toEqual(['one']);
});

it('is taken up by the next run, before what is written there', async () => {
  const store = memoryStore();
  const first = await talking({ store });
  first.scene.server.mute = true;
  const lost = ['one', 'two'].map((text) => first.client.send(room, text));
  await first.scene.simulation.pass(5);
  await first.client.close();
  for (const each of lost) await expect(each).rejects.toMatchObject({ code: 'closed' });

  const { scene, device, client, texts } = await (async () => {
    const next = new Scene();
    next.log.start(room, [ann]);
    await next.projected();
    const again = next.device(ann, { store });
    return {
      scene: next,
      device: again,
      client: again.client,
      texts: () => (next.log.conversations.get(room)?.messages ?? []).map(({ content }) => content),
    };
  })();
  await client.open();
  expect(client.outgoing().map(({ status }) => status)).toEqual(['pending', 'pending']);
  const third = client.send(room, 'three', { clientMessageId: 'm-3' });
  client.connect().catch(() => {});
  await scene.live(device);
  await scene.settled(third);
  expect(texts().map((content) => (content?.type === 'text.v1' ? content.text : ''))).toEqual(['one', 'two', 'three']);
  await client.close();
  expect(await store.entries('outbox/')).toEqual([]);
});

it('holds only so many', async () => {
  const { scene, client } = await talking({ maxPending: 2 });
  scene.server.mute = true;
  client.send(room, 'one').catch(() => {});
  client.send(room, 'two').catch(() => {});
  await expect(client.send(room, 'three')).rejects.toMatchObject({ code: 'outbox_full', retryable: true });
});

it('has several of one conversation under way when asked to', async () => {
  const { scene, client, texts } = await talking({ pipeline: 4 });
  scene.server.faults.acceptDelayMs = 100;
  const all = Promise.all(['a', 'b', 'c', 'd'].map((text) => client.send(room, text)));
  await scene.simulation.pass(1);
  expect(texts()).toEqual(['a', 'b', 'c', 'd']);
  await scene.settled(all);
});

it('forwards', async () => {
  const { scene, client } = await talking();
  client.forward({ conversationId: room, sequence: 1 }, room, 'f-1').catch(() => {});
  await scene.simulation.until(() => scene.server.received.some(({ type }) => type === 'forward'));
  expect(scene.server.received.at(-1)).toMatchObject({ from: { conversationId: room, sequence: 1 } });
});
