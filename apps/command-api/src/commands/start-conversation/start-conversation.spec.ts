import { afterEach, beforeEach, expect, it } from 'vitest';
import { WriteSide } from '../../testing/write-side.js';

let side: WriteSide;
let ann: string;
let bob: string;

beforeEach(async () => {
  side = await WriteSide.start();
  [ann, bob] = (await side.register('ann', 'bob')) as [string, string];
});
afterEach(() => side.stop());

const group = {
  type: 'start-conversation',
  kind: 'group',
  memberIds: [] as string[],
  title: 'Room',
  idempotencyKey: 'k0',
} as const;

const direct = { type: 'start-conversation', kind: 'direct', idempotencyKey: 'k0' } as const;

it('finds the same direct conversation, whoever starts it and however often', async () => {
  const started = await Promise.all([
    side.execute(ann, { ...direct, memberIds: [bob] }),
    side.execute(bob, { ...direct, memberIds: [ann] }),
  ]);
  expect(new Set(started.map(({ conversationId }) => conversationId)).size).toBe(1);
  expect(started.filter(({ created }) => created)).toHaveLength(1);
  expect(started.every(({ position }) => position > 0)).toBe(true);
});

it('starts one group for one key, and refuses another one under it', async () => {
  const keyed = { ...group, memberIds: [bob], idempotencyKey: 'k1' };
  const started = await Promise.all([side.execute(ann, keyed), side.execute(ann, keyed)]);
  expect(new Set(started.map(({ conversationId }) => conversationId)).size).toBe(1);
  expect(await side.refusal(ann, { ...keyed, title: 'Other' })).toBe('idempotency_conflict');
  expect(await side.refusal(ann, { ...keyed, memberIds: [] })).toBe('idempotency_conflict');
  const ofBob = await side.execute(bob, { ...group, memberIds: [ann], idempotencyKey: 'k1' });
  expect(ofBob.conversationId).not.toBe(started[0]?.conversationId);
});

it('starts one group, however often and at how many nodes its command is executed', async () => {
  const elsewhere = await WriteSide.start(side.log);
  const first = await side.execute(ann, group);
  const repeated = await elsewhere.execute(ann, group);
  expect(repeated).toMatchObject({ conversationId: first.conversationId, created: false });
  await elsewhere.stop();
});

it('needs people who exist', async () => {
  expect(await side.refusal(ann, { ...group, memberIds: ['usr_nobody'] })).toBe('user_not_found');
  expect(await side.refusal('usr_nobody', group)).toBe('user_not_found');
  expect(await side.refusal(ann, { ...direct, memberIds: [ann] })).toBe('self_not_allowed');
  expect(await side.refusal(ann, { ...direct, memberIds: [] })).toBe('invalid_request');
});
