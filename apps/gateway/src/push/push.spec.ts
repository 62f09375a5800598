import { connect } from 'node:net';
import { closeCodes } from '@parley/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestGateway } from '../testing/gateway.kit.js';
import { ChangeSet } from './change-set.js';

const group = 'cnv_group1';
let gateway: TestGateway;
beforeEach(async () => {
  gateway = await TestGateway.start({ maxBufferedBytes: 65_536 });
  for (let i = 0; i < 5; i++) gateway.world.append({ type: 'join', conversationId: group, userId: `usr_000${i}` });
  gateway.deliver();
});
afterEach(() => gateway.stop());

const say = (): void => {
  gateway.world.append({ type: 'message', conversationId: group });
  gateway.deliver();
};

describe('ChangeSet', () => {
  it('is the same for the same changes in the same order, and encodes them once', () => {
    const empty = ChangeSet.empty();
    const both = empty.with('1').with('2');
    empty.with('2').with('1');
    expect(empty.with('1').with('2')).toBe(both);
    expect(both.frame('c')).toBe(both.frame('c'));
    expect(JSON.parse(both.frame('c').json)).toEqual({ type: 'changes', changes: [1, 2], cursor: 'c', live: true });
    expect(JSON.parse(empty.with('3').frame('c').json)).toMatchObject({ changes: [3] });
  });
});

describe('live push', () => {
  it('brings several changes of a batch in one frame with one cursor', async () => {
    const client = await gateway.login('usr_0001/dev_1');
    gateway.world.append({ type: 'message', conversationId: group });
    gateway.world.append({ type: 'message', conversationId: group });
    gateway.deliver();
    const frame = await client.next('changes');
    expect(frame['changes']).toHaveLength(2);
    expect(frame).toMatchObject({ live: true, cursor: gateway.cursors.encodePosition(70) });
  });

  it('counts a batch that fails half-way as lost: everybody reads it again, and goes on', async () => {
    const clients = [await gateway.login('usr_0001/dev_1'), await gateway.login('usr_0002/dev_1')];
    const second = gateway.gateway.hub.person('usr_0002')?.subscribers[0];
    if (second === undefined) throw new Error('no subscriber');
    vi.spyOn(second, 'deliver').mockImplementationOnce(() => {
      throw new TypeError('of this test');
    });
    say();
    for (const client of clients) {
      expect((await client.next('changes'))['changes']).toHaveLength(1);
      await client.next('caught_up');
    }
    say();
    for (const client of clients) {
      expect(await client.next('changes')).toMatchObject({ live: true, cursor: gateway.cursors.encodePosition(70) });
    }
  });

  it('leaves out those who may not see a change of an old message', async () => {
    const client = await gateway.login('usr_0001/dev_1');
    const other = await gateway.login('usr_0002/dev_1');
    gateway.world.tell({
      to: 'conversation',
      conversationId: group,
      change: '{"kind":"message"}',
      except: ['usr_0001'],
    });
    await other.next('changes');
    await client.round();
    expect(client.ofType('changes')).toEqual([]);
  });

  it('brings the removed their departure and nothing after it', async () => {
    const client = await gateway.login('usr_0001/dev_1');
    gateway.world.append({ type: 'leave', conversationId: group, userId: 'usr_0001' });
    gateway.world.append({ type: 'message', conversationId: group });
    gateway.deliver();
    say();
    await client.next('changes');
    await client.round();
    const kinds = client
      .ofType('changes')
      .flatMap((frame) => (frame['changes'] as { kind: string }[]).map(({ kind }) => kind));
    expect(kinds).toEqual(['notice', 'departed']);
  });

  it('reads again by itself when deliveries are lost', async () => {
    const client = await gateway.login('usr_0001/dev_1');
    gateway.world.append({ type: 'message', conversationId: group });
    gateway.world.project();
    gateway.world.publish({ lost: true });
    say();
    await vi.waitFor(() =>
      expect(client.ofType('changes').flatMap((frame) => frame['changes'] as unknown[])).toHaveLength(2),
    );
  });
});

describe('a slow reader', () => {
  it('is cut with a code that says how to resume, and costs the others nothing', async () => {
    const client = await gateway.login('usr_0001/dev_1');
    const slow = await gateway.login('usr_0002/dev_1');
    slow.socket.pause();
    gateway.world.filler = 'x'.repeat(100_000);
    let said = 0;
    while (gateway.gateway.sessions.all.size > 0 && said < 400) {
      say();
      said++;
      await client.next('changes');
      if ([...gateway.gateway.sessions.all].some((session) => session.state === 'closing')) break;
    }
    expect(said).toBeLessThan(400);
    const memory = [...gateway.gateway.sessions.all].map((session) => session.outbox.unsent);
    expect(Math.max(...memory)).toBeLessThan(65_536 + 110_000);
    slow.socket.resume();
    expect((await slow.closed).code).toBe(closeCodes.slowReader.code);
    say();
    await client.next('changes');
  });

  it('that never reads again is ended all the same', async () => {
    const stream = connect(gateway.port, '127.0.0.1');
    stream.write(
      `GET /v1/socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer usr_0003/dev_1\r\n\r\n`,
    );
    await vi.waitFor(() => expect(gateway.gateway.sessions.all.size).toBe(1));
    const [session] = gateway.gateway.sessions.all;
    stream.pause();
    session?.end('slowReader');
    const later = Date.now() + 6_000;
    vi.spyOn(Date, 'now').mockReturnValue(later);
    gateway.gateway.sessions.sweep();
    vi.restoreAllMocks();
    await vi.waitFor(() => expect(gateway.gateway.sessions.all.size).toBe(0));
    stream.destroy();
  });
});

const accepted = { position: 1, conversationId: group, messageId: 'msg_1', sequence: 1, time: 0, repeated: false };

describe('going away', () => {
  it('refuses the new, tells the others when to come back, finishes what was accepted, closes', async () => {
    const clients = await Promise.all([1, 2, 3].map((i) => gateway.login(`usr_000${i}/dev_1`)));
    clients[0]?.send({
      type: 'send',
      ref: 9,
      conversationId: group,
      clientMessageId: 'm',
      content: { type: 'text.v1', text: 'last' },
    });
    await vi.waitFor(() => expect(gateway.commands).toHaveLength(1));
    const draining = gateway.gateway.drain();
    const waits = await Promise.all(
      clients.map(async (client) => (await client.next('going_away'))['reconnectAfterMs']),
    );
    expect(new Set(waits).size).toBe(3);
    await expect(gateway.connect()).rejects.toThrow('503');
    gateway.commands[0]?.resolve(accepted);
    expect(await clients[0]?.next('accepted')).toMatchObject({ ref: 9 });
    for (const client of clients) expect((await client.closed).code).toBe(1001);
    await draining;
    expect(gateway.gateway.draining).toBe(true);
  });

  it('does not wait for ever for those who do not let go', async () => {
    const client = await gateway.login('usr_0001/dev_1');
    client.socket.pause();
    const started = performance.now();
    await gateway.gateway.drain();
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
