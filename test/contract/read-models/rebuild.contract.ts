import { projectionNames } from '@parley/ports';
import { describe, expect, it } from 'vitest';
import type { ReadModelsStage } from './stage.js';

export function rebuildContract(stage: ReadModelsStage): void {
  const { aScene, settle, page } = stage;
  describe('rebuilding', () => {
    it('gives the same rows while people go on, and serves them', async () => {
      const { scene, id } = aScene();
      const [conversationId, a, b] = [id('cnv_rebuild'), id('usr_a'), id('usr_b')];
      scene
        .register(a)
        .register(b)
        .start(conversationId, { [a]: 'owner', [b]: 'member' });
      const busy = { still: true };
      let done = 0;
      const talking = (async () => {
        while (busy.still) {
          const sequence = scene.send(conversationId, a, `while rebuilding ${done++}`);
          if (done % 3 === 0)
            scene.edit(conversationId, sequence, a, 'edited').react(conversationId, sequence, b, '👍');
          if (done % 5 === 0)
            scene.read(conversationId, b, sequence).remove(conversationId, b, a).add(conversationId, b, a);
          await scene.append();
          expect((await page(a, { conversationId, limit: 5, notices: true })).sequences.length).toBeGreaterThanOrEqual(
            0,
          );
        }
      })();
      for (const projection of stage.models.projections ?? projectionNames) {
        const progress: number[] = [];
        const report = await stage.models.admin.rebuild(projection, ({ done: events }) => progress.push(events));
        expect(report).toMatchObject({ projection, onlyInOld: 0, onlyInNew: 0, different: 0, switched: true });
        expect(report.rows).toBeGreaterThan(0);
        expect(progress.at(-1)).toBeGreaterThan(0);
      }
      busy.still = false;
      await talking;
      await settle(scene);
      const { entries } = await page(a, { conversationId, limit: 200, notices: false });
      expect(entries.at(-1)?.sequence).toBe(scene.lastSequence(conversationId));
      expect((await stage.models.admin.status()).map((each) => each.state)).toEqual(
        Array.from({ length: 6 }, () => 'live'),
      );
    }, 60_000);
  });
}
