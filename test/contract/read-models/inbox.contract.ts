import { describe, expect, it } from 'vitest';
import type { ReadModelsStage } from './stage.js';

export function inboxContract(stage: ReadModelsStage): void {
  const { aScene, settle, entryOf } = stage;
  describe('inbox', () => {
    it('lists conversations by activity, archived ones when asked for, page by page', async () => {
      const { scene, id } = aScene();
      const [a, b] = [id('usr_a'), id('usr_b')];
      const ids = [1, 2, 3, 4, 5].map((i) => id(`cnv_list${i}`));
      for (const each of ids) scene.start(each, { [a]: 'owner', [b]: 'member' });
      scene.send(ids[1]!, b, 'newest but one');
      scene.send(ids[3]!, b, 'newest');
      scene.user(a, { type: 'ConversationArchived.v1', data: { conversationId: ids[2]! } });
      await settle(scene);
      const list = async (archived: boolean, limit: number): Promise<string[]> => {
        const found: string[] = [];
        let before: { activity: number; conversationId: string } | undefined;
        for (let more = true; more;) {
          const answer = await stage.models.readModels.inbox.entries({
            userId: a,
            limit,
            archived,
            ...(before && { before }),
          });
          found.push(...answer.entries.map((entry) => entry.conversationId));
          before = answer.entries.at(-1);
          more = answer.hasMore;
        }
        return found;
      };
      for (const limit of [1, 2, 10]) {
        expect(await list(false, limit)).toEqual([ids[3], ids[1], ids[4], ids[0]]);
        expect(await list(true, limit)).toEqual([ids[3], ids[1], ids[4], ids[2], ids[0]]);
      }
      expect(await stage.models.readModels.inbox.entry(id('usr_stranger'), ids[0]!)).toBeNull();
    });

    it('derives unread and mentions; sending moves the own watermark', async () => {
      const { scene, id } = aScene();
      const [conversationId, a, b] = [id('cnv_unread'), id('usr_a'), id('usr_b')];
      scene.start(conversationId, { [a]: 'owner', [b]: 'member' });
      for (let i = 1; i <= 6; i++) scene.send(conversationId, a, `text ${i}`, i % 2 === 0 ? { mentions: [b] } : {});
      await settle(scene);
      expect((await entryOf(b, conversationId))?.readState).toMatchObject({
        read: 0,
        unread: 6,
        mentions: 3,
        lastSequence: 6,
      });
      expect((await entryOf(a, conversationId))?.readState).toMatchObject({ read: 6, unread: 0, mentions: 0 });
      scene.read(conversationId, b, 3).read(conversationId, b, 2);
      scene.edit(conversationId, 4, a, 'without a mention');
      await settle(scene);
      expect((await entryOf(b, conversationId))?.readState).toMatchObject({ read: 3, unread: 3, mentions: 1 });
      scene.send(conversationId, b, 'answer');
      await settle(scene);
      expect((await entryOf(b, conversationId))?.readState).toMatchObject({ read: 7, unread: 0, mentions: 0 });
      expect((await entryOf(a, conversationId))?.readState).toMatchObject({ read: 6, unread: 1 });
    });

    it('hides pins and the last message of before from a newcomer', async () => {
      const { scene, id } = aScene();
      const [conversationId, a, b] = [id('cnv_new'), id('usr_a'), id('usr_b')];
      scene.start(conversationId, { [a]: 'owner' });
      scene.send(conversationId, a, 'secret');
      scene.pin(conversationId, 1, a).add(conversationId, b, a);
      await settle(scene);
      expect(await entryOf(b, conversationId)).toMatchObject({
        conversation: { pins: [], lastSequence: 1, memberCount: 2 },
        afterSequence: 1,
        lastMessage: null,
        readState: { unread: 0 },
      });
      scene.remove(conversationId, b, a);
      await settle(scene);
      expect(await entryOf(b, conversationId)).toBeNull();
      expect(await entryOf(a, conversationId)).toMatchObject({ conversation: { memberCount: 1 } });
    });

    it('keeps personal settings apart', async () => {
      const { scene, id } = aScene();
      const [conversationId, a, b] = [id('cnv_settings'), id('usr_a'), id('usr_b')];
      scene.start(conversationId, { [a]: 'owner', [b]: 'member' });
      scene.user(a, { type: 'ConversationMuted.v1', data: { conversationId, until: 1_800_000_000_000 } });
      scene.user(a, { type: 'ConversationMarkedUnread.v1', data: { conversationId } });
      await settle(scene);
      expect((await entryOf(a, conversationId))?.settings).toEqual({
        conversationId,
        muted: true,
        mutedUntil: '2027-01-15T08:00:00.000Z',
        archived: false,
        markedUnread: true,
      });
      expect((await entryOf(b, conversationId))?.settings).toMatchObject({ muted: false, markedUnread: false });
    });
  });
}
