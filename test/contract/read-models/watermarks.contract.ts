import type { ReceiptsView } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import type { ReadModelsStage } from './stage.js';

export function watermarksContract(stage: ReadModelsStage): void {
  const { aScene, settle } = stage;
  describe('watermarks', () => {
    it('rise, per member the highest of their devices, and add up', async () => {
      const { scene, id } = aScene();
      const [conversationId, a, b, c] = [id('cnv_marks'), id('usr_a'), id('usr_b'), id('usr_c')];
      scene.start(conversationId, { [a]: 'owner', [b]: 'member', [c]: 'member' });
      for (let i = 1; i <= 5; i++) scene.send(conversationId, a, `text ${i}`);
      scene.delivered(conversationId, b, 5).read(conversationId, b, 4).read(conversationId, b, 2, 'dev_other');
      scene.read(conversationId, b, 3).delivered(conversationId, c, 2);
      await settle(scene);
      const { watermarks } = stage.models.readModels;
      expect(await watermarks.ofConversation(conversationId, null, 10)).toEqual([
        { userId: a, delivered: 5, read: 5 },
        { userId: b, delivered: 5, read: 4 },
        { userId: c, delivered: 2, read: 0 },
      ]);
      expect(await watermarks.ofMember(conversationId, b)).toEqual([
        { deviceId: 'dev_other', delivered: 2, read: 2 },
        { deviceId: `dev_${b}`, delivered: 5, read: 4 },
      ]);
      expect(JSON.parse(await watermarks.aggregate(conversationId)) as ReceiptsView).toEqual({
        conversationId,
        memberCount: 3,
        delivered: [
          [5, 2],
          [2, 3],
        ],
        read: [
          [5, 1],
          [4, 2],
        ],
      });
    });
  });
}
