import { connect } from 'node:net';
import { closeCodes } from '@parley/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type TestClient, TestGateway } from '../testing/gateway.kit.js';
import type { SeenChange } from '../testing/world.kit.js';
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

const late = 'usr_0009';
const move = (type: 'join' | 'leave', userId: string): void => {
  gateway.world.append({ type, conversationId: group, userId });
  gateway.deliver();
};
const reactTo = (sequence: number): void => {
  gateway.world.append({ type: 'reaction', conversationId: group, sequence });
  gateway.deliver();
};
const view = (...pins: number[]): void => {
  gateway.world.append({ type: 'view', conversationId: group, pins });
  gateway.deliver();
};
const sayOne = (): number => {
  const sequence = gateway.world.append({ type: 'message', conversationId: group });
  gateway.deliver();
  return sequence;
};
const seenBy = async (client: TestClient, kind: string): Promise<SeenChange[]> => {
  await client.round();
  const changes = client.ofType('changes').flatMap((frame) => frame['changes'] as SeenChange[]);
  return changes.filter((change) => change.kind === kind);
};
const pinsSeenBy = async (client: TestClient) =>
  (await seenBy(client, 'conversation')).map(({ conversation }) => conversation?.pins);

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

  it('leaves out the newcomer where their entry says it', async () => {
    const client = await gateway.login('usr_0001/dev_1');
    const other = await gateway.login('usr_0002/dev_1');
    gateway.world.tell({
      to: 'conversation',
      conversationId: group,
      change: '{"kind":"member"}',
      except: 'usr_0001',
    });
    await other.next('changes');
    await client.round();
    expect(client.ofType('changes')).toEqual([]);
  });

  it.each(['who came while connected', 'who connects afterwards'])(
    'shows changes of messages from before their time not to somebody %s, and later ones',
    async (when) => {
      const old = await gateway.login('usr_0001/dev_1');
      let client = when === 'who connects afterwards' ? null : await gateway.login(`${late}/dev_1`);
      const before = sayOne();
      move('join', late);
      const after = sayOne();
      client ??= await gateway.login(`${late}/dev_1`);
      reactTo(before);
      reactTo(after);
      expect(await seenBy(old, 'reaction')).toHaveLength(2);
      expect((await seenBy(client, 'reaction')).map(({ position }) => position)).toEqual([
        String(gateway.world.lastPosition),
      ]);
    },
  );

  it.each(['stayed connected', 'connects afterwards'])(
    'shows changes of all messages of their time to somebody who left, came back and %s',
    async (how) => {
      let client = how === 'connects afterwards' ? null : await gateway.login('usr_0001/dev_1');
      const there = sayOne();
      move('leave', 'usr_0001');
      const gone = sayOne();
      reactTo(there);
      move('join', 'usr_0001');
      const back = sayOne();
      client ??= await gateway.login('usr_0001/dev_1');
      const begin = gateway.world.lastPosition;
      for (const sequence of [there, gone, back]) reactTo(sequence);
      expect((await seenBy(client, 'reaction')).map(({ position }) => Number(position) - begin)).toEqual([10, 30]);
    },
  );

  it('takes the pins of messages from before their time out of the view, and makes one view for each set of pins', async () => {
    const before = sayOne();
    const others = ['usr_0007', 'usr_0008'];
    for (const userId of others) move('join', userId);
    const after = sayOne();
    move('join', late);
    const old = await gateway.login('usr_0001/dev_1');
    const [one, two] = [await gateway.login(`${others[0]}/dev_1`), await gateway.login(`${others[1]}/dev_1`)];
    const last = await gateway.login(`${late}/dev_1`);
    const made = vi.spyOn(JSON, 'parse');
    view(after, before);
    const views = made.mock.calls.filter(([text]) => text.startsWith('{"kind":"conversation"'));
    made.mockRestore();
    expect(views).toHaveLength(2);
    expect(await pinsSeenBy(old)).toEqual([[after, before]]);
    expect(await pinsSeenBy(one)).toEqual([[after]]);
    expect(await pinsSeenBy(two)).toEqual([[after]]);
    expect(await pinsSeenBy(last)).toEqual([[]]);
  });

  it('goes by the windows that are read again when deliveries are lost', async () => {
    const client = await gateway.login('usr_0001/dev_1');
    const before = sayOne();
    move('join', late);
    const newcomer = await gateway.login(`${late}/dev_1`);
    gateway.world.append({ type: 'message', conversationId: group });
    gateway.world.project();
    gateway.world.publish({ lost: true });
    reactTo(before);
    await vi.waitFor(async () => expect(await seenBy(client, 'reaction')).toHaveLength(1));
    await vi.waitFor(async () => expect(await seenBy(newcomer, 'message')).toHaveLength(1));
    reactTo(before);
    await vi.waitFor(async () => expect(await seenBy(client, 'reaction')).toHaveLength(2));
    expect(await seenBy(newcomer, 'reaction')).toEqual([]);
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
