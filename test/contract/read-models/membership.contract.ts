import type { MemberView } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import type { ReadModelsStage } from './stage.js';

export function membershipContract(stage: ReadModelsStage): void {
  const { aScene, settle } = stage;
  describe('membership', () => {
    it('knows members, roles, former members and who shares a conversation', async () => {
      const { scene, id } = aScene();
      const [conversationId, a, b, c] = [id('cnv_members'), id('usr_a'), id('usr_b'), id('usr_c')];
      scene.start(conversationId, { [a]: 'owner', [b]: 'member' });
      scene.add(conversationId, c, a).role(conversationId, b, 'admin', a).leave(conversationId, c);
      await settle(scene);
      const { membership } = stage.models.readModels;
      expect(await membership.membership(conversationId, b)).toMatchObject({
        role: 'admin',
        windows: [{ untilSequence: null }],
      });
      expect(await membership.membership(conversationId, c)).toMatchObject({
        role: null,
        windows: [{ untilSequence: 0 }],
      });
      expect(await membership.membership(conversationId, id('usr_stranger'))).toBeNull();
      const members = (await membership.members(conversationId, null, 10)).map(
        (json) => JSON.parse(json) as MemberView,
      );
      expect(members).toMatchObject([
        { userId: a, role: 'owner' },
        { userId: b, role: 'admin', state: 'member' },
      ]);
      expect(await membership.members(conversationId, a, 10)).toHaveLength(1);
      expect(await membership.shareConversation(a, b)).toBe(true);
      expect(await membership.shareConversation(a, c)).toBe(false);
      expect((await membership.conversationsOf(a)).conversationIds).toEqual([conversationId]);
      expect((await membership.conversationsOf(c)).conversationIds).toEqual([]);
    });

    it('knows what somebody may see of each conversation they are in, earlier stays included', async () => {
      const { scene, id } = aScene();
      const [conversationId, left, a, b] = [id('cnv_stays'), id('cnv_left'), id('usr_a'), id('usr_b')];
      scene.start(conversationId, { [a]: 'owner', [b]: 'member' }).start(left, { [a]: 'owner', [b]: 'member' });
      scene.leave(left, b).send(conversationId, a, 'seen');
      scene.leave(conversationId, b).send(conversationId, a, 'unseen');
      scene.add(conversationId, b, a).send(conversationId, a, 'seen again');
      await settle(scene);
      const { position, windows } = await stage.models.readModels.membership.windowsOf(b);
      expect(position).toBe(stage.models.readModels.positions.safePosition());
      expect([...windows]).toEqual([
        [
          conversationId,
          [
            { afterSequence: 0, untilSequence: 1 },
            { afterSequence: 2, untilSequence: null },
          ],
        ],
      ]);
    });
  });
}
