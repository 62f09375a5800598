import { conversationStream, decodeEvent, type MessageSent } from '@parley/events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WriteSide } from '../../testing/write-side.js';

let side: WriteSide;
let ann: string;
let bob: string;
let from: string;
let to: string;

beforeEach(async () => {
  side = await WriteSide.start();
  [ann, bob] = (await side.register('ann', 'bob')) as [string, string];
  from = await side.group(ann, bob);
  to = await side.group(bob, ann);
  await side.send(ann, from, 'a1', 'news');
});
afterEach(() => side.stop());

const forward = (sequence = 1): Parameters<WriteSide['execute']>[1] & { type: 'forward-message' } => ({
  type: 'forward-message',
  conversationId: to,
  clientMessageId: 'f1',
  from: { conversationId: from, sequence },
});

it('sends the content with its source', async () => {
  const accepted = await side.execute(bob, forward());
  expect(accepted).toMatchObject({ sequence: 1, conversationId: to, repeated: false });
  const [, recorded] = await side.log.readStream(conversationStream(to));
  const { data } = decodeEvent(recorded!).event as MessageSent;
  expect(data).toMatchObject({
    senderId: bob,
    content: { type: 'text.v1', text: 'news' },
    forwardedFrom: { conversationId: from, senderId: ann },
  });
});

it('is the same forward again after the original was edited or deleted, or is out of sight', async () => {
  await side.execute(bob, forward());
  const content = { type: 'text.v1', text: 'newer' } as const;
  await side.execute(ann, { type: 'edit-message', conversationId: from, sequence: 1, content });
  expect(await side.execute(bob, forward())).toMatchObject({ sequence: 1, repeated: true });
  await side.execute(ann, { type: 'remove-member', conversationId: from, userId: bob });
  expect(await side.execute(bob, forward())).toMatchObject({ sequence: 1, repeated: true });
});

it('refuses another original under the same id', async () => {
  await side.execute(bob, forward());
  await side.send(ann, from, 'a2', 'other');
  expect(await side.refusal(bob, forward(2))).toBe('idempotency_conflict');
});

it('shows nothing that the forwarder may not see', async () => {
  const [eve] = (await side.register('eve')) as [string];
  const own = await side.group(eve);
  expect(await side.refusal(eve, { ...forward(), conversationId: own })).toBe('message_not_found');
  await side.execute(ann, { type: 'add-members', conversationId: from, userIds: [eve] });
  expect(await side.refusal(eve, { ...forward(), conversationId: own })).toBe('message_not_found');
  await side.execute(ann, { type: 'delete-message', conversationId: from, sequence: 1 });
  expect(await side.refusal(bob, forward())).toBe('message_deleted');
});
