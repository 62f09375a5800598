import type { UserPresence } from '@parley/ports';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Frame, type TestClient, TestGateway } from '../testing/gateway.kit.js';

const [ann, bob, cat] = ['usr_anna1', 'usr_bobb1', 'usr_cath1'];
let gateway: TestGateway;
const startWith = async (presenceTtl: number): Promise<void> => {
  gateway = await TestGateway.start({ presenceTtl });
  for (const userId of [ann, bob]) gateway.world.append({ type: 'join', conversationId: 'cnv_1111', userId });
  gateway.world.append({ type: 'join', conversationId: 'cnv_2222', userId: cat });
  gateway.deliver();
};
beforeEach(() => startWith(30_000));
afterEach(() => gateway.stop());

const online = (userId: string): UserPresence => ({ userId, state: 'online', lastSeen: null });
const offline = (userId: string): UserPresence => ({ userId, state: 'offline', lastSeen: 1_700_000_000_000 });
const watch = async (client: TestClient, ...userIds: string[]): Promise<Frame> => {
  client.send({ type: 'presence_subscribe', ref: 1, userIds });
  return client.next('presence');
};
const here = (userId: string) => ({ userId, state: 'online', lastSeen: null });
const nothing = (userId: string) => ({ userId, state: 'offline', lastSeen: null });
const beLate = () => vi.spyOn(gateway.gateway.freshness, 'isFresh').mockReturnValue(false);
const severalFrames = () => new Promise((resolve) => setTimeout(resolve, 600));
const told = (client: TestClient): unknown[] =>
  client.ofType('presence').flatMap((frame) => frame['people'] as unknown[]);

describe('asking for presence', () => {
  it('answers with all of them, as far as one may know', async () => {
    for (const userId of [bob, cat]) gateway.presence.change(online(userId));
    const client = await gateway.login(`${ann}/dev_1`);
    expect(await watch(client, bob, cat, 'usr_nobody')).toEqual({
      type: 'presence',
      ref: 1,
      people: [here(bob), nothing(cat), nothing('usr_nobody')],
    });
  });

  it('tells the last time of those who have gone', async () => {
    gateway.presence.change(offline(bob));
    const client = await gateway.login(`${ann}/dev_1`);
    expect((await watch(client, bob))['people']).toEqual([
      { userId: bob, state: 'offline', lastSeen: '2023-11-14T22:13:20.000Z' },
    ]);
  });

  it('is not for those who did not ask', async () => {
    const client = await gateway.login(`${ann}/dev_1`);
    const other = await gateway.login(`${bob}/dev_1`);
    await watch(client, bob);
    gateway.presence.change(online(bob));
    await client.next('presence');
    expect(other.ofType('presence')).toEqual([]);
  });

  it('replaces the list', async () => {
    const client = await gateway.login(`${ann}/dev_1`);
    await watch(client, bob);
    await watch(client);
    gateway.presence.change(online(bob));
    client.send({ type: 'presence_subscribe', ref: 2, userIds: [ann] });
    expect(await client.next('presence')).toMatchObject({ ref: 2 });
    expect(told(client)).toEqual([nothing(bob), nothing(ann)]);
  });
});

describe('changes of presence', () => {
  it('are gathered: one frame with the newest state of each', async () => {
    const client = await gateway.login(`${ann}/dev_1`);
    await watch(client, bob, ann);
    gateway.presence.change(online(bob));
    gateway.presence.change(offline(bob));
    gateway.presence.change(online(ann));
    gateway.presence.change(online(bob));
    expect((await client.next('presence'))['people']).toEqual([here(bob), here(ann)]);
    expect(client.ofType('presence')).toHaveLength(2);
  });

  it('stop when the two no longer share a conversation: the last state told is taken back, and then silence', async () => {
    const client = await gateway.login(`${ann}/dev_1`);
    await watch(client, bob, ann);
    gateway.presence.change(online(bob));
    await client.next('presence');
    gateway.world.append({ type: 'leave', conversationId: 'cnv_1111', userId: bob });
    gateway.deliver();
    expect((await client.next('presence'))['people']).toEqual([nothing(bob)]);
    gateway.presence.change(offline(bob));
    gateway.presence.change(online(ann));
    expect((await client.next('presence'))['people']).toEqual([here(ann)]);
  });

  it('go on when the two still share another conversation', async () => {
    for (const userId of [ann, bob]) gateway.world.append({ type: 'join', conversationId: 'cnv_3333', userId });
    gateway.deliver();
    const client = await gateway.login(`${ann}/dev_1`);
    gateway.presence.change(online(bob));
    await watch(client, bob, ann);
    gateway.world.append({ type: 'leave', conversationId: 'cnv_1111', userId: ann });
    gateway.deliver();
    gateway.presence.change(online(ann));
    expect((await client.next('presence'))['people']).toEqual([here(ann)]);
    gateway.presence.change(offline(bob));
    expect((await client.next('presence'))['people']).toMatchObject([{ userId: bob, state: 'offline' }]);
  });

  it('are not shown by a look-up that a departure overtook', async () => {
    const client = await gateway.login(`${ann}/dev_1`);
    gateway.presence.change(online(bob));
    await watch(client, bob, ann);
    const { membership } = gateway.world.models;
    const look = vi.spyOn(membership, 'shareConversation').mockImplementationOnce(async () => {
      gateway.world.append({ type: 'leave', conversationId: 'cnv_1111', userId: bob });
      gateway.deliver();
      return true;
    });
    gateway.presence.change(offline(bob));
    expect((await client.next('presence'))['people']).toEqual([nothing(bob)]);
    expect(look.mock.calls.length).toBeGreaterThan(1);
  });

  it('are hidden by who shows them to nobody: the last state told is taken back, and then silence', async () => {
    const client = await gateway.login(`${ann}/dev_1`);
    gateway.presence.change(online(bob));
    await watch(client, bob, ann);
    gateway.hidden.add(bob);
    gateway.presence.change(offline(bob));
    expect((await client.next('presence'))['people']).toEqual([nothing(bob)]);
    gateway.presence.change(online(bob));
    gateway.presence.change(online(ann));
    expect((await client.next('presence'))['people']).toEqual([here(ann)]);
  });
});

describe('a person who hides', () => {
  it('is gone for those who watch at once, and back when shown again', async () => {
    const client = await gateway.login(`${ann}/dev_1`);
    gateway.presence.change(online(bob));
    await watch(client, bob);
    const change = JSON.stringify({ kind: 'person', position: '1', person: { id: bob } });
    gateway.hidden.add(bob);
    gateway.world.tell({ to: 'conversation', conversationId: 'cnv_1111', change });
    expect((await client.next('presence'))['people']).toEqual([nothing(bob)]);
    gateway.hidden.clear();
    gateway.world.tell({ to: 'conversation', conversationId: 'cnv_1111', change });
    expect((await client.next('presence'))['people']).toEqual([here(bob)]);
  });
});

describe('given deliveries that are late', () => {
  it('changes wait, and the newest state of each is told when that is over', async () => {
    const client = await gateway.login(`${ann}/dev_1`);
    await watch(client, bob, ann);
    const late = beLate();
    gateway.presence.change(online(bob));
    gateway.presence.change(online(ann));
    gateway.presence.change(offline(bob));
    await severalFrames();
    expect(client.ofType('presence')).toHaveLength(1);
    late.mockRestore();
    expect((await client.next('presence'))['people']).toMatchObject([{ userId: bob, state: 'offline' }, here(ann)]);
  });

  it('who has left meanwhile is told nothing of what happened since: what was told is taken back', async () => {
    const client = await gateway.login(`${ann}/dev_1`);
    gateway.presence.change(online(bob));
    await watch(client, bob, ann);
    const late = beLate();
    gateway.world.append({ type: 'leave', conversationId: 'cnv_1111', userId: ann });
    gateway.presence.change(offline(bob));
    await severalFrames();
    gateway.deliver();
    late.mockRestore();
    expect((await client.next('presence'))['people']).toEqual([nothing(bob)]);
    expect(client.ofType('presence')).toHaveLength(2);
  });

  it('who asks is told to come again, is watched all the same and told of everybody when that is over', async () => {
    const client = await gateway.login(`${ann}/dev_1`);
    const late = beLate();
    gateway.presence.change(online(bob));
    client.send({ type: 'presence_subscribe', ref: 1, userIds: [bob, cat] });
    expect(await client.next('error')).toMatchObject({ ref: 1, code: 'feature_unavailable', retryAfterMs: 2_000 });
    await expect(gateway.gateway.presence.visible(ann, [bob])).rejects.toMatchObject({ code: 'feature_unavailable' });
    await severalFrames();
    expect(client.ofType('presence')).toEqual([]);
    late.mockRestore();
    expect(await client.next('presence')).toEqual({ type: 'presence', people: [here(bob), nothing(cat)] });
    gateway.presence.change(offline(bob));
    expect((await client.next('presence'))['people']).toMatchObject([{ userId: bob, state: 'offline' }]);
  });

  it('who wants to know of nobody any more is answered', async () => {
    const client = await gateway.login(`${ann}/dev_1`);
    await watch(client, bob);
    beLate();
    expect(await watch(client)).toEqual({ type: 'presence', ref: 1, people: [] });
  });
});

describe('announcing', () => {
  it('tells the store of the device, again while it is heard of, and of its end', async () => {
    await gateway.stop();
    await startWith(400);
    const client = await gateway.login(`${ann}/dev_1`);
    expect(gateway.presence.announced[0]).toMatchObject({
      userId: ann,
      deviceId: 'dev_1',
      state: 'online',
      ttlMs: 400,
    });
    await vi.waitFor(async () => {
      await client.round();
      expect(gateway.presence.announced.length).toBeGreaterThan(2);
    });
    const { connectionId } = gateway.presence.announced[0]!;
    client.socket.close();
    await vi.waitFor(() => expect(gateway.presence.gone).toEqual([connectionId]));
  });

  it('passes on that somebody is away', async () => {
    const client = await gateway.login(`${ann}/dev_1`);
    client.send({ type: 'presence', state: 'away' });
    await vi.waitFor(() => expect(gateway.presence.announced.at(-1)).toMatchObject({ state: 'away' }));
  });

  it('asks for a heartbeat often enough for the time to live', async () => {
    const client = await gateway.connect();
    client.send({ type: 'hello', token: `${ann}/dev_1` });
    expect(Number((await client.next('welcome'))['heartbeatMs'])).toBeLessThanOrEqual(24_000);
  });
});
