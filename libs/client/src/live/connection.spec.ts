import { describe, expect, it } from 'vitest';
import { closeCodes } from '@parley/protocol';
import { ParleyClientError } from '../errors.js';
import { type Device, Scene } from '../testing/scene.js';

const ann = 'usr_ann_';
const phases = ({ ledger }: Device): string[] =>
  ledger.flatMap((entry) => (entry.event === 'connection' ? [entry.phase] : []));
const waits = ({ ledger }: Device): number[] => {
  const changes = ledger.filter((entry) => entry.event === 'connection');
  return changes.flatMap(({ phase, at }, index) => {
    const next = changes[index + 1];
    return phase === 'waiting' && next !== undefined ? [next.at - at] : [];
  });
};

it('says hello, syncs and is live', async () => {
  const scene = new Scene();
  const device = await scene.connected(ann);
  expect(phases(device)).toEqual(['connecting', 'syncing', 'live']);
  expect(scene.server.hellos).toEqual([{ type: 'hello', token: ann, sync: true, echo: true }]);
});

it('resumes from its cursor', async () => {
  const scene = new Scene();
  scene.log.start('cnv_aaaa', [ann]);
  await scene.projected();
  const device = await scene.connected(ann);
  device.sockets[0]?.cut();
  await scene.live(device);
  expect(scene.server.hellos[1]?.cursor).toBe('c1');
});

it('backs off with full jitter while nobody answers, and starts small again after a stable connection', async () => {
  const scene = new Scene(7);
  const device = await scene.connected(ann);
  await scene.simulation.pass(20_000);
  scene.server.listening = false;
  scene.server.restart();
  await scene.simulation.until(() => waits(device).length >= 12);
  for (const [attempt, wait] of waits(device).entries()) {
    expect(wait).toBeGreaterThanOrEqual(0);
    expect(wait).toBeLessThanOrEqual(Math.min(30_000, 250 * 2 ** attempt) + 1);
  }
  expect(Math.max(...waits(device))).toBeGreaterThan(5000);
  scene.server.listening = true;
  await scene.live(device);
  await scene.simulation.pass(20_000);
  const before = waits(device).length;
  device.sockets.at(-1)?.cut();
  await scene.live(device);
  expect(waits(device).at(before)).toBeLessThanOrEqual(251);
});

describe('close codes', () => {
  it.each(Object.entries(closeCodes).filter(([, { reconnect }]) => reconnect))(
    '%s: comes back',
    async (_, { code }) => {
      const scene = new Scene();
      const device = await scene.connected(ann);
      scene.server.restart(code);
      await scene.simulation.until(() => phases(device).includes('waiting'));
      await scene.live(device);
      expect(scene.server.hellos).toHaveLength(2);
    },
  );

  it.each(Object.entries(closeCodes).filter(([, { reconnect }]) => !reconnect))('%s: stops', async (_, { code }) => {
    const scene = new Scene();
    const device = await scene.connected(ann);
    scene.server.restart(code);
    await scene.simulation.until(() => device.client.connection.phase === 'stopped');
    await scene.simulation.pass(120_000);
    expect(device.client.connection).toMatchObject({ error: expect.any(ParleyClientError) as unknown });
    expect(scene.server.hellos).toHaveLength(1);
  });
});

it('rejects connect when the server refuses for good, with what it said', async () => {
  const scene = new Scene();
  const device = scene.device(ann, { tokens: { token: () => Promise.resolve('') } });
  await expect(scene.settled(device.client.connect())).rejects.toMatchObject({ code: 'unauthenticated' });
});

it('stops when there is no token to be had, and waits when that may change', async () => {
  const scene = new Scene();
  const denied = new ParleyClientError('session_revoked', 'logged out');
  const one = scene.device(ann, { tokens: { token: () => Promise.reject(denied) } });
  await expect(scene.settled(one.client.connect())).rejects.toBe(denied);
  let attempts = 0;
  const flaky = (): Promise<string> =>
    ++attempts < 3
      ? Promise.reject(new ParleyClientError('connection_lost', 'no network', { retryable: true }))
      : Promise.resolve(ann);
  const two = scene.device(ann, { tokens: { token: flaky } });
  await scene.settled(two.client.connect());
  expect(attempts).toBe(3);
});

it('asks for a fresh token after the server said that it ran out', async () => {
  const scene = new Scene();
  const asked: boolean[] = [];
  const token = (refresh: boolean): Promise<string> => {
    asked.push(refresh);
    return Promise.resolve(ann);
  };
  const device = await scene.connected(ann, { tokens: { token } });
  scene.server.restart(closeCodes.tokenExpired.code);
  await scene.simulation.until(() => asked.length === 2);
  await scene.live(device);
  expect(asked).toEqual([false, true]);
});

it('comes back when the server that goes away says, and lets it answer first', async () => {
  const scene = new Scene();
  scene.log.start('cnv_aaaa', [ann]);
  await scene.projected();
  const device = await scene.connected(ann);
  scene.server.faults.acceptDelayMs = 400;
  const accepted = device.client.send('cnv_aaaa', 'one');
  await scene.simulation.pass(1);
  scene.server.broadcast({ type: 'going_away', reconnectAfterMs: 3000 });
  await scene.simulation.pass(1);
  const after = device.client.send('cnv_aaaa', 'two');
  await scene.settled(accepted);
  expect(phases(device)).toEqual(['connecting', 'syncing', 'live', 'waiting']);
  await scene.settled(after);
  expect(waits(device)[0]).toBeGreaterThan(2500);
  expect(waits(device)[0]).toBeLessThanOrEqual(3000);
});

it('pings when it has nothing to say, and gives up a socket that is dead', async () => {
  const scene = new Scene();
  scene.server.heartbeatMs = 5000;
  const device = await scene.connected(ann);
  await scene.simulation.pass(60_000);
  expect(phases(device)).toEqual(['connecting', 'syncing', 'live']);
  expect(scene.server.received.filter(({ type }) => type === 'ping').length).toBeGreaterThanOrEqual(11);
  const frozenAt = scene.simulation.now;
  device.sockets[0]?.freeze();
  await scene.simulation.until(() => phases(device).includes('waiting'));
  expect(scene.simulation.now - frozenAt).toBeLessThanOrEqual(2 * 5000 + 2000);
  await scene.live(device);
});

it('gives up a server that never welcomes', async () => {
  const scene = new Scene();
  scene.server.mute = true;
  const device = scene.device(ann);
  device.client.connect().catch(() => {});
  await scene.simulation.until(() => phases(device).includes('waiting'));
  scene.server.mute = false;
  await scene.live(device);
  expect(phases(device).slice(0, 2)).toEqual(['connecting', 'waiting']);
});

it('begins anew when its cursor is not known, or when it is told to', async () => {
  const scene = new Scene();
  scene.log.start('cnv_aaaa', [ann, 'usr_ben_']);
  await scene.projected();
  const device = await scene.connected(ann);
  const resets: string[] = [];
  device.client.on('reset', ({ reason }) => resets.push(reason));
  scene.server.broadcast({ type: 'resync', reason: 'restored from a backup' });
  await scene.simulation.until(() => resets.length > 0);
  await scene.live(device);
  expect(resets).toEqual(['restored from a backup']);
  expect(device.client.conversations().map(({ id }) => id)).toEqual(['cnv_aaaa']);
});

it('batches the frames of one turn and keeps their order', async () => {
  const scene = new Scene();
  const rooms = Array.from({ length: 300 }, (_, index) => `cnv_r${index}00`);
  for (const room of rooms) scene.log.start(room, [ann]);
  await scene.projected();
  const device = await scene.connected(ann);
  const texts: string[] = [];
  const socket = device.sockets[0];
  if (socket === undefined) throw new Error('no socket');
  const send = socket.send.bind(socket);
  socket.send = (text) => {
    texts.push(text);
    send(text);
  };
  await scene.settled(Promise.all(rooms.map((room) => device.client.send(room, 'hello'))));
  expect(texts.length).toBeLessThan(10);
  for (const text of texts) expect((JSON.parse(text) as unknown[]).length).toBeLessThanOrEqual(256);
  const sent = scene.server.received.filter((frame) => frame.type === 'send');
  expect(sent.map(({ conversationId }) => conversationId)).toEqual(rooms);
});

it('ends a wait at once when asked, and all that waits when closed', async () => {
  const scene = new Scene();
  const device = await scene.connected(ann);
  scene.server.listening = false;
  scene.server.restart();
  await scene.simulation.until(() => waits(device).length >= 8);
  await scene.simulation.until(() => device.client.connection.phase === 'waiting');
  scene.server.listening = true;
  const before = scene.simulation.now;
  device.client.reconnectNow();
  await scene.live(device);
  expect(scene.simulation.now - before).toBeLessThan(100);

  scene.server.mute = true;
  const answers = Promise.allSettled([
    device.client.delete({ conversationId: 'cnv_aaaa', sequence: 1 }),
    device.client.send('cnv_aaaa', 'hello'),
    device.client.history('cnv_aaaa'),
  ]);
  await device.client.close();
  const codes = (await scene.settled(answers)).map((each) => (each.status === 'rejected' ? each.reason : each));
  expect(codes).toEqual([1, 2, 3].map(() => expect.objectContaining({ code: 'closed' }) as unknown));
  expect(device.client.connection.phase).toBe('idle');
});
