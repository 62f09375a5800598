import { describe, expect, it } from 'vitest';
import { textOf } from './conversation-item.js';
import { memoryStore } from './storage/key-value-store.js';
import { type Device, received, Scene } from './testing/scene.js';

const ann = 'usr_ann_';
const ben = 'usr_ben_';
const room = 'cnv_aaaa';

async function two(options: Parameters<Scene['device']>[1] = {}) {
  const scene = new Scene();
  scene.log.start(room, [ann, ben]);
  await scene.projected();
  const device = await scene.connected(ann, options);
  return { scene, device, client: device.client, says: sayer(scene) };
}

/** Ben says something from elsewhere. */
function sayer(scene: Scene) {
  let count = 0;
  return async (...texts: string[]): Promise<void> => {
    for (const text of texts) {
      const content = { type: 'text.v1', text } as const;
      scene.log.send(ben, { type: 'send', ref: 0, conversationId: room, clientMessageId: `b-${++count}`, content });
    }
    await scene.projected();
  };
}

const announced = (scene: Scene, device: Device, count: number): Promise<void> =>
  scene.simulation.until(() => received(device.ledger, room).length >= count);

describe('a conversation', () => {
  it('is in the list with its last message and what is unread', async () => {
    const { scene, device, client, says } = await two();
    const rows: string[] = [];
    client.on('conversation', ({ conversationId }) => rows.push(conversationId));
    await says('one', 'two');
    await announced(scene, device, 2);
    expect(rows).toEqual([room]);
    expect(client.conversations()).toMatchObject([{ id: room, unread: 2, lastMessage: { sequence: 2 } }]);
    client.markRead(room);
    expect(client.conversation(room)).toMatchObject({ unread: 0, read: 2 });
    await scene.simulation.until(() => scene.log.readState(room, ann).unread === 0);
    await says('three');
    await announced(scene, device, 3);
    expect(client.conversation(room)?.unread).toBe(1);
  });

  it('tells the server what has arrived, seldom and at most once', async () => {
    const { scene, device, says } = await two();
    await says('one', 'two');
    await announced(scene, device, 2);
    await says('three');
    await scene.simulation.pass(5000);
    const told = scene.server.received.filter((frame) => frame.type === 'delivered');
    expect(told.map(({ upTo }) => upTo)).toEqual([3]);
  });

  it('tells again what was lost with a connection', async () => {
    const { scene, device, client, says } = await two();
    await says('one');
    await announced(scene, device, 1);
    scene.server.mute = true;
    client.markRead(room);
    await scene.simulation.pass(500);
    device.sockets[0]?.cut();
    scene.server.mute = false;
    await scene.simulation.until(() => scene.log.readState(room, ann).read === 1);
    expect(scene.server.hellos).toHaveLength(2);
  });

  it('is changed by edits, deletions and titles', async () => {
    const { scene, device, client, says } = await two();
    const changed: string[] = [];
    client.on('messageChanged', ({ sequence, deletedAt }) => changed.push(`${sequence} ${deletedAt ?? 'there'}`));
    await says('one', 'two');
    await announced(scene, device, 2);
    await scene.settled(client.edit({ conversationId: room, sequence: 1 }, 'uno'));
    await scene.settled(client.delete({ conversationId: room, sequence: 2 }));
    scene.log.rename(room, 'Renamed');
    await scene.projected();
    await scene.simulation.until(() => client.conversation(room)?.conversation?.title === 'Renamed');
    expect(client.window(room).map(textOf)).toEqual(['uno', undefined]);
    expect(changed).toHaveLength(2);
  });

  it('is gone when one is removed, and back when one is added', async () => {
    const { scene, client } = await two();
    const told: string[] = [];
    client.on('departed', ({ state }) => told.push(state));
    client.on('joined', ({ conversationId }) => told.push(conversationId));
    scene.log.remove(room, ann);
    await scene.projected();
    await scene.simulation.until(() => client.conversation(room) === undefined);
    scene.log.join(room, ann);
    await scene.projected();
    await scene.simulation.until(() => client.conversation(room) !== undefined);
    expect(told).toEqual(['removed', room]);
  });
});

describe('holes', () => {
  it('are fetched by one question for just the hole', async () => {
    const { scene, device, says } = await two();
    await says('one');
    await announced(scene, device, 1);
    scene.server.faults.omit = 1;
    await says('two', 'three');
    await scene.simulation.pass(1000);
    scene.server.faults.omit = 0;
    await says('four');
    await announced(scene, device, 4);
    expect(received(device.ledger, room)).toEqual([1, 2, 3, 4]);
    const questions = scene.server.received.filter((frame) => frame.type === 'history');
    expect(questions).toMatchObject([{ after: 1, limit: 2 }]);
  });

  it('stay when history is refused because one has left: what was said before is on its way', async () => {
    const { scene, device, client } = await two();
    scene.server.faults.projectDelayMs = 600_000;
    const content = { type: 'text.v1', text: 'one' } as const;
    scene.log.send(ben, { type: 'send', ref: 0, conversationId: room, clientMessageId: 'b-1', content });
    const { sequence } = await scene.settled(client.send(room, 'two'));
    expect(sequence).toBe(2);
    scene.log.remove(room, ann);
    await scene.simulation.pass(1000);
    expect(scene.server.received.filter(({ type }) => type === 'history')).not.toEqual([]);
    expect(received(device.ledger, room)).toEqual([]);
    await scene.simulation.until(() => client.conversation(room) === undefined, 700_000);
    expect(received(device.ledger, room)).toEqual([1, 2]);
  });

  it('are fetched in pages when they are long', async () => {
    const { scene, device, says } = await two({ limits: { messages: 20 } });
    scene.server.faults.omit = 1;
    await says(...Array.from({ length: 450 }, (_, index) => `line ${index}`));
    await scene.simulation.pass(100);
    scene.server.faults.omit = 0;
    await says('the end');
    await announced(scene, device, 451);
    expect(scene.server.received.filter(({ type }) => type === 'history')).toHaveLength(3);
    expect(device.client.window(room)).toHaveLength(20);
  });
});

describe('reading', () => {
  it('goes on for ever, in order, and needs no memory for a slow reader', async () => {
    const { scene, client, device, says } = await two({ limits: { messages: 5 } });
    const texts: (string | undefined)[] = [];
    const { promise: untilRead, resolve: goOn } = Promise.withResolvers<void>();
    const reader = (async () => {
      for await (const message of client.messages(room)) {
        texts.push(textOf(message));
        if (message.sequence === 1) await untilRead;
      }
    })();
    await says('1');
    await scene.simulation.until(() => texts.length === 1);
    const lines = Array.from({ length: 40 }, (_, index) => `${index + 2}`);
    await says(...lines);
    await announced(scene, device, 41);
    expect(client.window(room)).toHaveLength(5);
    goOn();
    await scene.simulation.until(() => texts.length === 41);
    expect(texts).toEqual(['1', ...lines]);
    await client.close();
    await reader;
  });

  it('ends when one is removed', async () => {
    const { scene, client, says } = await two();
    await says('one');
    const texts: (string | undefined)[] = [];
    let over = false;
    const reader = (async () => {
      for await (const message of client.messages(room, { after: 0 })) texts.push(textOf(message));
      over = true;
    })();
    await scene.simulation.until(() => texts.length === 1);
    scene.log.remove(room, ann);
    await scene.projected();
    await scene.simulation.until(() => over);
    await reader;
    expect(texts).toEqual(['one']);
  });

  it('grows the window by older pages, and gives it back', async () => {
    const { scene, client, device, says } = await two({ limits: { messages: 10 } });
    await says(...Array.from({ length: 60 }, (_, index) => `${index + 1}`));
    await announced(scene, device, 60);
    const sequences = (): number[] => client.window(room).map(({ sequence }) => sequence);
    expect(sequences()).toEqual([51, 52, 53, 54, 55, 56, 57, 58, 59, 60]);
    expect(await scene.settled(client.loadOlder(room, 30))).toBe(true);
    expect(sequences()[0]).toBe(21);
    await says('61');
    await announced(scene, device, 61);
    expect(client.window(room)).toHaveLength(40);
    expect(await scene.settled(client.loadOlder(room, 100))).toBe(false);
    expect(sequences()[0]).toBe(1);
    expect(await scene.settled(client.loadOlder(room, 100))).toBe(false);
    client.trim(room);
    expect(sequences()).toHaveLength(10);
    expect((await scene.settled(client.history(room, { after: 3, limit: 2 }))).entries).toMatchObject([
      { message: { sequence: 4 } },
      { message: { sequence: 5 } },
    ]);
  });
});

describe('a store', () => {
  it('lets the next run open at once, resume, and announce nothing twice', async () => {
    const store = memoryStore();
    const { scene, device, client, says } = await two({ store });
    await says('one', 'two');
    await announced(scene, device, 2);
    client.markRead(room);
    await scene.simulation.pass(3000);
    await client.close();
    await says('three');

    const next = scene.device(ann, { store });
    await next.client.open();
    expect(next.client.window(room).map(textOf)).toEqual(['one', 'two']);
    expect(next.client.conversation(room)?.unread).toBe(0);
    next.client.connect().catch(() => {});
    await scene.live(next);
    expect(received(next.ledger, room)).toEqual([3]);
    expect(scene.server.hellos.at(-1)?.cursor).toBeDefined();
    expect(next.client.conversation(room)?.unread).toBe(1);
  });

  it('keeps what was there until a new state is complete', async () => {
    const store = memoryStore();
    const { scene, device, client, says } = await two({ store });
    await says('one');
    await announced(scene, device, 1);
    await scene.simulation.pass(3000);
    const before = await store.entries('state/');
    scene.server.mute = true;
    scene.simulation.after(0, () => {});
    device.sockets[0]?.end.send(JSON.stringify({ type: 'resync', reason: 'test' }));
    await scene.simulation.until(() => device.ledger.some(({ event }) => event === 'reset'));
    await client.close();
    expect(await store.entries('state/')).toEqual(before);
  });

  it('of another person is not shown', async () => {
    const store = memoryStore();
    const { scene, client } = await two({ store });
    await scene.simulation.pass(3000);
    await client.close();
    const stranger = scene.device('usr_cyd_', { store });
    const resets: string[] = [];
    stranger.client.on('reset', ({ reason }) => resets.push(reason));
    stranger.client.connect().catch(() => {});
    await scene.live(stranger);
    await scene.simulation.pass(100);
    expect(resets).toHaveLength(1);
    expect(stranger.client.conversations()).toEqual([]);
  });

  it('that fails is told of, and sends go on', async () => {
    const failing = { ...memoryStore(), set: () => Promise.reject(new Error('disk full')) };
    const { scene, client } = await two({ store: failing });
    const told: unknown[] = [];
    client.on('error', (error) => told.push(error));
    await scene.settled(client.send(room, 'hello'));
    await scene.simulation.until(() => told.length > 0);
    expect(told[0]).toEqual(new Error('disk full'));
  });

  it('that failed for a while keeps what it could not keep then', async () => {
    const store = memoryStore();
    let full = false;
    const set: typeof store.set = (key, value) =>
      full ? Promise.reject(new Error('disk full')) : store.set(key, value);
    const { scene, client, says } = await two({ store: { ...store, set } });
    client.on('error', () => {});
    await scene.simulation.pass(3000);
    full = true;
    await says('one');
    await scene.simulation.pass(3000);
    full = false;
    // Something else is saved, and with it a cursor that lies above what was said.
    scene.log.start('cnv_bbbb', [ann, ben]);
    await scene.projected();
    await scene.simulation.pass(3000);
    await client.close();

    const next = scene.device(ann, { store });
    await next.client.open();
    expect(next.client.window(room).map(textOf)).toEqual(['one']);
  });
});

describe('people', () => {
  it('are seen typing until they stop, send, or the time is over', async () => {
    const { scene, client, says } = await two();
    const seen: string[][] = [];
    client.on('typing', ({ userIds }) => seen.push([...userIds]));
    const typing = (active: boolean): void =>
      scene.server.broadcast({ type: 'typing', conversationId: room, userId: ben, active, ttlMs: 5000 });
    typing(true);
    typing(true);
    await scene.simulation.until(() => client.typingIn(room).length === 1);
    await scene.simulation.pass(5500);
    expect(client.typingIn(room)).toEqual([]);
    typing(true);
    await scene.simulation.until(() => client.typingIn(room).length === 1);
    await says('done');
    await scene.simulation.until(() => client.typingIn(room).length === 0);
    typing(true);
    typing(false);
    await scene.simulation.pass(100);
    expect(seen).toEqual([[ben], [], [ben], [], [ben], []]);
  });

  it('are told that one types, not at every key', async () => {
    const { scene, client } = await two();
    for (let key = 0; key < 50; key++) {
      client.setTyping(room);
      await scene.simulation.pass(100);
    }
    client.setTyping(room, false);
    client.setTyping(room, false);
    await scene.simulation.pass(100);
    expect(scene.server.received.filter((frame) => frame.type === 'typing').map(({ active }) => active)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('have their presence told to those who asked, on every connection', async () => {
    const { scene, device, client } = await two();
    await scene.settled(client.subscribePresence([ben]));
    expect(client.presenceOf(ben)?.state).toBe('online');
    scene.server.broadcast({ type: 'presence', people: [{ userId: ben, state: 'away', lastSeen: null }] });
    await scene.simulation.until(() => client.presenceOf(ben)?.state === 'away');
    device.sockets[0]?.cut();
    await scene.live(device);
    await scene.simulation.until(() => client.presenceOf(ben)?.state === 'online');
    client.setPresence('away');
    await scene.simulation.until(() => scene.server.received.some(({ type }) => type === 'presence'));
  });
});

it('sends without syncing', async () => {
  const { scene, client, says } = await two({ sync: false });
  await says('nobody listens');
  expect(await scene.settled(client.send(room, 'hello'))).toMatchObject({ sequence: 2 });
  expect(client.conversations()).toEqual([]);
});

it('looks up a conversation that was in no list', async () => {
  const store = memoryStore();
  await store.set('state/meta', JSON.stringify({ format: 1, userId: ann, cursor: 'c0', departed: [] }));
  const scene = new Scene();
  scene.log.start(room, [ann, ben]);
  await sayer(scene)('one');
  // Resumes behind the change that said that one had joined.
  await store.set('state/meta', JSON.stringify({ format: 1, userId: ann, cursor: 'c2', departed: [] }));
  const device = await scene.connected(ann, { store });
  await scene.simulation.until(() => device.client.conversation(room)?.conversation !== null);
  expect(device.client.conversations()).toMatchObject([{ id: room, unread: 1 }]);
  expect(received(device.ledger, room)).toEqual([1]);
});

it('reports what a listener throws and goes on', async () => {
  const { scene, device, client, says } = await two();
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push(error));
  const off = client.on('message', () => {
    throw new Error('oops');
  });
  await says('one');
  await announced(scene, device, 1);
  off();
  await says('two');
  await announced(scene, device, 2);
  expect(errors).toEqual([new Error('oops')]);
});
