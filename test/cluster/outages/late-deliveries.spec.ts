import { setTimeout as sleep } from 'node:timers/promises';
import { conversationCommandRoutes, queryRoutes, type ServerFrameOf } from '@parley/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ClusterServer, startClusterServer } from '../../kit/cluster/cluster-server.js';
import { type Person, register } from '../../kit/people.js';
import { ask, call } from '../../kit/rest.js';
import { TestSocket } from '../../kit/socket.js';

/** From the removal until deliveries count as late, and some more. */
const lateWithinMs = 30_000;
/** Whatever was going to be shown has been. */
const shownWithinMs = 2_000;
const againWithinMs = 90_000;

const typingOf = (socket: TestSocket, by: Person, since = 0): number =>
  socket.frames.slice(since).filter((frame) => frame.type === 'typing' && frame.userId === by.userId).length;
const presencesOf = (socket: TestSocket, of: Person, since = 0): ServerFrameOf<'presence'>['people'] =>
  socket.frames
    .slice(since)
    .flatMap((frame) => (frame.type === 'presence' ? frame.people : []))
    .filter(({ userId }) => userId === of.userId);

const type = (socket: TestSocket, conversationId: string): void =>
  socket.say({ type: 'typing', conversationId, active: true });

/** Typing may be lost: it is said until it is heard. */
function untilTypingArrives(from: TestSocket, by: Person, to: TestSocket, conversationId: string): Promise<void> {
  const since = to.frames.length;
  return vi.waitFor(
    () => {
      if (typingOf(to, by, since) > 0) return;
      type(from, conversationId);
      throw new Error('no typing is shown');
    },
    { timeout: againWithinMs, interval: 600 },
  );
}

/** One process projects, and stands still: as when Kafka or the relay is away, nothing is delivered. */
describe('while the projections stand still', () => {
  let server: ClusterServer;
  const open: TestSocket[] = [];
  beforeAll(async () => {
    server = await startClusterServer({ processes: { 'command-api': 1, projector: 1 } });
  }, 300_000);
  afterEach(async () => {
    server.cluster.of('projector').forEach((projector) => projector.thaw());
    await Promise.all(open.splice(0).map((socket) => socket.close()));
  });
  afterAll(async () => {
    await server?.dispose();
  }, 120_000);

  const live = async (person: Person): Promise<TestSocket> => {
    const socket = await TestSocket.hello(server.socketUrl, person.token, { sync: true });
    open.push(socket);
    await socket.until(() => socket.find('caught_up'), 60_000);
    return socket;
  };

  it('who was removed is told of nobody who types or comes and goes, and nobody of them', async () => {
    const [ann, ben, cem] = await Promise.all([
      register(server.url, 'ann'),
      register(server.url, 'ben'),
      register(server.url, 'cem'),
    ]);
    const { conversationId } = await ask(server.url, conversationCommandRoutes.startConversation, {
      token: ann.token,
      body: { kind: 'group', title: 'Three', memberIds: [ben.userId, cem.userId] },
    });
    const [annHere, benHere, cemHere] = await Promise.all([live(ann), live(ben), live(cem)]);
    await untilTypingArrives(annHere, ann, cemHere, conversationId);
    await untilTypingArrives(cemHere, cem, benHere, conversationId);
    /** Asks whether ann is here until that is answered so. */
    const untilAnswered = (socket: TestSocket, answer: object): Promise<void> =>
      vi.waitFor(
        async () => {
          const asked = await socket.request({ type: 'presence_subscribe', userIds: [ann.userId] });
          expect(asked).toMatchObject(answer);
        },
        { timeout: lateWithinMs, interval: 200 },
      );
    for (const socket of [benHere, cemHere])
      await untilAnswered(socket, { people: [{ userId: ann.userId, state: 'online' }] });

    server.cluster.of('projector').forEach((projector) => projector.freeze());
    const params = { conversationId, userId: cem.userId };
    const removed = await call(server.url, conversationCommandRoutes.removeMember, { token: ann.token, params });
    expect(removed.status).toBe(204);
    const listPresence = () =>
      call(server.url, queryRoutes.listPresence, { token: cem.token, query: { userIds: ann.userId } });
    // Each gateway finds out by itself.
    for (const socket of [annHere, benHere, cemHere])
      await untilAnswered(socket, { type: 'error', code: 'feature_unavailable' });
    await vi.waitFor(async () => expect((await listPresence()).status).toBe(503), { timeout: lateWithinMs });
    const [benSince, cemSince] = [benHere.frames.length, cemHere.frames.length];
    type(annHere, conversationId);
    type(cemHere, conversationId);
    annHere.say({ type: 'presence', state: 'away' });
    const presence = await listPresence();
    expect(presence.status).toBe(503);
    expect(Number(presence.headers.get('Retry-After'))).toBeGreaterThan(0);
    await sleep(shownWithinMs);
    expect([typingOf(cemHere, ann, cemSince), typingOf(benHere, cem, benSince)]).toEqual([0, 0]);
    expect([...presencesOf(cemHere, ann, cemSince), ...presencesOf(benHere, ann, benSince)]).toEqual([]);

    server.cluster.of('projector').forEach((projector) => projector.thaw());
    await untilTypingArrives(annHere, ann, benHere, conversationId);
    const away = { userId: ann.userId, state: 'away', lastSeen: null };
    await vi.waitFor(() => expect(presencesOf(benHere, ann, benSince)).toContainEqual(away), { timeout: 30_000 });
    const hidden = { userId: ann.userId, state: 'offline', lastSeen: null };
    await vi.waitFor(() => expect(presencesOf(cemHere, ann, cemSince)).toEqual([hidden]), { timeout: 30_000 });
    type(cemHere, conversationId);
    await sleep(shownWithinMs);
    expect([typingOf(cemHere, ann, cemSince), typingOf(benHere, cem, benSince)]).toEqual([0, 0]);
  }, 300_000);
});
