import { describe, expect, it } from 'vitest';
import type { ReadModelsStage } from './stage.js';

export function parkedContract(stage: ReadModelsStage): void {
  const { aScene, settle, page } = stage;
  describe('events that cannot be applied', () => {
    it('are parked with their reason and can be tried again; everything else goes on', async () => {
      const { scene, id } = aScene();
      const [conversationId, a] = [id('cnv_parked'), id('usr_a')];
      scene.start(conversationId, { [a]: 'owner' });
      scene.raw(`conversation-${conversationId}`, 'MessageSent.v99', '{"sequence":1}');
      scene.raw(`conversation-${conversationId}`, 'MessageSent.v1', '[]');
      scene.edit(conversationId, 7, a, 'of a message that is not there');
      scene.raw(`conversation-${id('cnv_odd')}`, 'ConversationStarted.v1', '{"kind":{},"members":[{}]}');
      scene.raw(`receipts-${conversationId}`, 'WatermarksAdvanced.v1', '{"advances":[{"userId":1}]}');
      scene.raw(`user-${a}`, 'UserRegistered.v1', '{}');
      scene.send(conversationId, a, 'goes on');
      await settle(scene);
      const first = scene.told.at(-7)?.position ?? 0;
      const parked = (await stage.models.admin.parked('history')).filter((event) => event.position >= first);
      for (const [name, offset] of [
        ['inbox', 3],
        ['membership', 3],
        ['watermarks', 4],
        ['people', 5],
      ] as const) {
        const positions = (await stage.models.admin.parked(name)).map((event) => event.position);
        expect(positions).toContain(first + offset);
      }
      const second = await stage.models.admin.parked('history', { after: first, limit: 1 });
      expect(second.map(({ position }) => position)).toEqual([first + 1]);
      expect(parked.slice(0, 3).map(({ position, type, reason }) => ({ position, type, reason }))).toEqual([
        { position: first, type: 'MessageSent.v99', reason: 'unknown-type' },
        { position: first + 1, type: 'MessageSent.v1', reason: expect.stringContaining('malformed') as string },
        { position: first + 2, type: 'MessageEdited.v1', reason: 'there is no message 7' },
      ]);
      expect((await page(a, { conversationId, limit: 5, notices: false })).sequences).toEqual([1]);
      expect(await stage.models.admin.retryParked('history', first)).toBe(false);
      expect(await stage.models.admin.retryParked('history', first + 2)).toBe(false);
      expect(await stage.models.admin.retryParked('history', 1)).toBe(false);
      for (const { name, state, parked: count } of await stage.models.admin.status()) {
        const { length } = await stage.models.admin.parked(name);
        expect({ name, state, count }).toEqual({ name, state: 'live', count: length });
      }
    });
  });
}
