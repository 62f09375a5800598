import { conversationStream, decodeEvent } from '@parley/events';
import { expect, it } from 'vitest';
import { hashOfSecret } from '../../conversations/invite-code.js';
import { WriteSide } from '../../testing/write-side.js';

it('makes one invite, however often and at how many nodes its command is executed', async () => {
  const side = await WriteSide.start();
  const elsewhere = await WriteSide.start(side.log);
  const [ann, bob] = (await side.register('ann', 'bob')) as [string, string];
  const conversationId = await side.group(ann);
  const named = { inviteId: 'inv_1', secret: 'only-for-this-spec' };
  const command = { type: 'create-invite', conversationId, ...named, expiresAt: null, maxUses: null } as const;

  const first = await side.execute(ann, command);
  const repeated = await elsewhere.execute(ann, command);

  expect([repeated.inviteId, repeated.code]).toEqual([first.inviteId, first.code]);
  const events = (await side.log.readStream(conversationStream(conversationId))).map((one) => decodeEvent(one).event);
  expect(events.flatMap(({ type, data }) => (type === 'InviteCreated.v1' ? [data.codeHash] : []))).toEqual([
    hashOfSecret(named.secret),
  ]);
  await side.execute(bob, { type: 'join-by-invite', code: repeated.code });
  await Promise.all([side.stop(), elsewhere.stop()]);
});
