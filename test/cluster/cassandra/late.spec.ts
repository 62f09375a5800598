import type { HistoryOperation } from '@parley/ports';
import { ReadModelUnavailable } from '@parley/ports';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectCassandra } from '@parley/cassandra';
import { openTestKeyspace, type TestKeyspace, testLogger } from '../cassandra-core/keyspace.js';
import { Stored } from './stored.js';

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await openTestKeyspace();
});
afterAll(() => keyspace.close());

const inConversation = (position: number, conversationId: string) => ({ position, revision: position, conversationId });
const sent = (position: number, id: string, sequence: number): HistoryOperation => ({
  type: 'add-message',
  ...inConversation(position, id),
  sequence,
  senderId: 'usr_a',
  json: JSON.stringify({ sequence, content: { type: 'text.v1', text: `sent ${sequence}` } }),
});
const edited = (position: number, id: string, sequence: number, text: string): HistoryOperation => ({
  type: 'edit-message',
  ...inConversation(position, id),
  sequence,
  content: { type: 'text.v1', text },
  mentions: [],
  editedAt: '2026-01-01T00:00:00.000Z',
});
const reacted = (position: number, id: string, sequence: number, emoji: string): HistoryOperation => ({
  type: 'add-reaction',
  ...inConversation(position, id),
  sequence,
  userId: 'usr_b',
  emoji,
});
const parked = (position: number) => ({ position, stream: 's', type: 'T.v9', reason: 'unknown-type' });

it('applies parked events late: they win over the rows, and the next event over them', async () => {
  const stored = await Stored.open(keyspace.client);
  const id = 'cnv_late';
  const store = stored.store('history');
  await stored.write('history', [sent(1, id, 1), edited(6, id, 1, 'newest')], [parked(3), parked(4), parked(5)]);
  expect((await store.parked()).map(({ position }) => position)).toEqual([3, 4, 5]);
  await store.applyParked(3, [reacted(3, id, 1, '👍')]);
  await store.applyParked(4, [reacted(4, id, 1, '🎉')]);
  await store.applyParked(5, [sent(5, id, 2)]);
  expect(await store.parked()).toEqual([]);
  expect(await store.checkpoint()).toBe(6);
  const message = async (sequence: number) => {
    const { json } = await stored.readers.history.message(id, sequence);
    return JSON.parse(json ?? 'null') as { content: { text: string }; reactions?: { emoji: string }[] };
  };
  expect(await message(1)).toMatchObject({
    content: { text: 'newest' },
    reactions: [{ emoji: '👍' }, { emoji: '🎉' }],
  });
  await stored.write('history', [edited(7, id, 1, 'after all'), edited(8, id, 2, 'edited')]);
  expect(await message(1)).toMatchObject({ content: { text: 'after all' }, reactions: [{}, {}] });
  expect(await message(2)).toMatchObject({ content: { text: 'edited' } });
  // Once more, as after a break between the rows and the end of its parking: what came since stays.
  await store.applyParked(5, [sent(5, id, 2)]);
  expect(await message(2)).toMatchObject({ content: { text: 'edited' } });
  stored.close();
});

it('applies parked memberships, settings and watermarks late', async () => {
  const stored = await Stored.open(keyspace.client);
  const conversationId = 'cnv_late';
  const person = { conversationId, userId: 'usr_a' };
  const other = { conversationId, userId: 'usr_b' };
  await stored.write('membership', [
    { type: 'open', position: 2, ...other, role: 'member', afterSequence: 0 },
    { type: 'set-role', position: 9, ...other, role: 'admin' },
  ]);
  await stored
    .store('membership')
    .applyParked(1, [{ type: 'open', position: 1, ...person, role: 'owner', afterSequence: 0 }]);
  const members = await stored.readers.membership.members(conversationId, null, 10);
  expect(members.map((json) => (JSON.parse(json) as { role: string }).role)).toEqual(['owner', 'admin']);
  expect((await stored.readers.membership.conversationsOf('usr_a')).conversationIds).toEqual([conversationId]);

  await stored.write('inbox', [{ type: 'set-archived', position: 9, ...person, archived: true }]);
  await stored.store('inbox').applyParked(3, [{ type: 'set-muted', position: 3, ...person, muted: true, until: null }]);
  expect(JSON.parse(await stored.delivery.settings(conversationId, 'usr_a'))).toMatchObject({
    muted: true,
    archived: true,
  });

  const advance = (position: number, read: number) =>
    ({ type: 'advance', position, conversationId, advances: [{ ...person, deviceId: 'dev_1', read }] }) as const;
  await stored.write('watermarks', [
    { type: 'start', position: 1, conversationId, userIds: ['usr_a', 'usr_b'] },
    { type: 'sent', position: 4, ...other, sequence: 7 },
    advance(9, 5),
  ]);
  await stored.store('watermarks').applyParked(5, [{ type: 'sent', position: 5, ...other, sequence: 3 }]);
  await stored.store('watermarks').applyParked(6, [advance(6, 6)]);
  await stored.store('watermarks').applyParked(7, [advance(7, 2)]);
  expect(await stored.readers.watermarks.ofConversation(conversationId, null, 10)).toEqual([
    { userId: 'usr_a', delivered: 6, read: 6 },
    { userId: 'usr_b', delivered: 7, read: 7 },
  ]);
  expect(JSON.parse(await stored.readers.watermarks.aggregate(conversationId))).toMatchObject({
    read: [
      [7, 1],
      [6, 2],
    ],
  });
  stored.close();
});

it('says that the read models are not available, whatever is asked, when the engine is away', async () => {
  const client = await connectCassandra({ url: keyspace.url, logger: testLogger });
  const stored = await Stored.open(client);
  await stored.write('watermarks', [{ type: 'touch', position: 9, conversationId: 'cnv_1' }]);
  const { history, inbox, membership, watermarks } = stored.readers;
  const windows = [{ afterSequence: 0, untilSequence: null, afterPosition: 1, untilPosition: null }];
  await client.close();
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    page: () => history.page({ conversationId: 'cnv_1', windows, limit: 10, notices: true }),
    message: () => history.message('cnv_1', 1),
    entries: () => inbox.entries({ userId: 'usr_a', limit: 10, archived: false }),
    entry: () => inbox.entry('usr_a', 'cnv_1'),
    changes: () => inbox.changes('usr_a', 1, 10),
    membership: () => membership.membership('cnv_1', 'usr_a'),
    conversationsOf: () => membership.conversationsOf('usr_a'),
    members: () => membership.members('cnv_1', null, 10),
    shareConversation: () => membership.shareConversation('usr_a', 'usr_b'),
    ofConversation: () => watermarks.ofConversation('cnv_1', null, 10),
    ofMember: () => watermarks.ofMember('cnv_1', 'usr_a'),
    aggregate: () => watermarks.aggregate('cnv_1'),
  };
  for (const [name, call] of Object.entries(calls)) {
    expect({ name, error: await call().catch((error: unknown) => error) }).toEqual({
      name,
      error: expect.any(ReadModelUnavailable) as unknown,
    });
  }
  stored.close();
});
