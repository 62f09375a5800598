import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestGateway } from '../testing/gateway.kit.js';

const group = 'cnv_group1';
let gateway: TestGateway;
beforeEach(async () => {
  gateway = await TestGateway.start();
  for (const userId of ['usr_anna1', 'usr_bobb1'])
    gateway.world.append({ type: 'join', conversationId: group, userId });
  gateway.deliver();
});
afterEach(() => gateway.stop());

const typing = (active = true) => ({ type: 'typing', conversationId: group, active });

describe('typing', () => {
  it('reaches the other members with the time after which it ends by itself', async () => {
    const [ann, desk, bob] = [
      await gateway.login('usr_anna1/dev_1'),
      await gateway.login('usr_anna1/dev_2'),
      await gateway.login('usr_bobb1/dev_1'),
    ];
    ann.send(typing());
    expect(await bob.next('typing')).toEqual({
      type: 'typing',
      conversationId: group,
      userId: 'usr_anna1',
      active: true,
      ttlMs: 6_000,
    });
    await Promise.all([ann.round(), desk.round()]);
    expect([...ann.ofType('typing'), ...desk.ofType('typing')]).toEqual([]);
  });

  it('neither comes from nor goes to somebody who is no member', async () => {
    const [ann, bob, mallory] = [
      await gateway.login('usr_anna1/dev_1'),
      await gateway.login('usr_bobb1/dev_1'),
      await gateway.login('usr_mallory/dev_1'),
    ];
    mallory.send(typing());
    expect(await mallory.next('error')).toMatchObject({ code: 'conversation_not_found' });
    gateway.world.append({ type: 'leave', conversationId: group, userId: 'usr_bobb1' });
    gateway.deliver();
    await bob.next('changes');
    ann.send(typing());
    await ann.round();
    await Promise.all([bob.round(), mallory.round()]);
    expect([...bob.ofType('typing'), ...mallory.ofType('typing')]).toEqual([]);
    expect(gateway.signals.published).toHaveLength(1);
  });

  it('is limited: what is too much is passed over', async () => {
    const ann = await gateway.login('usr_anna1/dev_1');
    for (let i = 0; i < 100; i++) ann.send(typing());
    await ann.round();
    expect(gateway.signals.published.length).toBeLessThanOrEqual(12);
    expect(ann.ofType('error')).toEqual([]);
  });

  it('ends when the socket of the one who types closes', async () => {
    const [ann, bob] = [await gateway.login('usr_anna1/dev_1'), await gateway.login('usr_bobb1/dev_1')];
    ann.send(typing());
    await bob.next('typing');
    ann.socket.terminate();
    expect(await bob.next('typing')).toMatchObject({ active: false });
    await vi.waitFor(() => expect(gateway.gateway.sessions.all.size).toBe(1));
  });

  it('says nothing more in a conversation that was left meanwhile', async () => {
    const [ann, bob] = [await gateway.login('usr_anna1/dev_1'), await gateway.login('usr_bobb1/dev_1')];
    ann.send(typing());
    await bob.next('typing');
    gateway.world.append({ type: 'leave', conversationId: group, userId: 'usr_anna1' });
    gateway.deliver();
    await ann.next('changes');
    ann.socket.terminate();
    await vi.waitFor(() => expect(gateway.gateway.sessions.all.size).toBe(1));
    await bob.round();
    expect(bob.ofType('typing')).toHaveLength(1);
    expect(gateway.signals.published).toHaveLength(1);
  });

  it('given deliveries that are late, neither passes on what is said nor shows what others pass on', async () => {
    const [ann, bob] = [await gateway.login('usr_anna1/dev_1'), await gateway.login('usr_bobb1/dev_1')];
    ann.send(typing());
    await bob.next('typing');
    const late = vi.spyOn(gateway.gateway.freshness, 'isFresh').mockReturnValue(false);
    ann.send(typing(false));
    await ann.round();
    gateway.signals.publish({ conversationId: group, userId: 'usr_anna1', active: true });
    ann.socket.terminate();
    await vi.waitFor(() => expect(gateway.gateway.sessions.all.size).toBe(1));
    await bob.round();
    expect(bob.ofType('typing')).toHaveLength(1);
    expect(gateway.signals.published).toHaveLength(2);
    late.mockRestore();
    gateway.signals.publish({ conversationId: group, userId: 'usr_anna1', active: true });
    expect(await bob.next('typing')).toMatchObject({ active: true });
  });
});
