import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Device, PushedDevice } from './device.js';
import { Play, steps, users } from './histories.js';
import { Oracle } from './oracle.js';
import { type ReadModelsStage, seed } from './stage.js';

export function changesContract(stage: ReadModelsStage): void {
  const { aScene, settle, expectTruth } = stage;

  const syncOn = async (device: Device, size: number): Promise<void> => {
    for (let more = true; more;) {
      const answer = await stage.models.readModels.inbox.changes(device.userId, device.cursor, size);
      device.take(answer.changes, answer.upTo);
      more = answer.hasMore;
    }
  };

  describe('changes', () => {
    it.each(['deleted', 'edited', 'edited to mention'] as const)(
      'count unread mentions anew when a message that was counted is %s',
      async (what) => {
        const { scene, id } = aScene();
        const [conversationId, a, b] = [id('cnv_mentions'), id('usr_a'), id('usr_b')];
        const begin = stage.models.readModels.positions.safePosition();
        const oracle = (): Oracle => new Oracle().fold(scene.told);
        const device = new Device(b, oracle);
        const live = new PushedDevice(b, oracle, begin, () => Promise.reject(new Error('nothing is lost here')));
        const batches: Parameters<PushedDevice['take']>[0][] = [];
        const unsubscribe = stage.models.delivery.subscribe((batch) => batches.push(batch));
        device.cursor = begin;
        scene.start(conversationId, { [a]: 'owner', [b]: 'member' });
        const mentions = what === 'edited to mention' ? [] : [b];
        for (const text of ['one', 'two', 'three']) scene.send(conversationId, a, text, { mentions });
        // What is told of it says how many mentions there are up to here.
        scene.read(conversationId, b, 1);
        await settle(scene);
        await syncOn(device, 2);
        if (what === 'deleted') scene.delete(conversationId, 3, a);
        else scene.edit(conversationId, 3, a, 'other', what === 'edited' ? [] : [b]);
        await settle(scene);
        await syncOn(device, 2);
        unsubscribe();
        for (const batch of batches) await live.take(batch);
        expect(oracle().unreadMentions(conversationId, b)).toBe(1);
        expect(device.mentions(conversationId)).toBe(1);
        expect(live.device.mentions(conversationId)).toBe(1);
      },
    );

    it('lead every device to the same end, from any cursor and in pages of any size, and show nothing from outside', async () => {
      await fc.assert(
        fc.asyncProperty(
          steps(120),
          fc.array(fc.record({ at: fc.nat(120), limit: fc.integer({ min: 1, max: 20 }) }), { maxLength: 5 }),
          fc.integer({ min: 1, max: 30 }),
          async (todo, syncs, limit) => {
            const { scene, id } = aScene();
            const play = new Play(scene, id(''));
            const begin = stage.models.readModels.positions.safePosition();
            const oracle = (): Oracle => new Oracle().fold(scene.told);
            const people = users.map((_, index) => play.user(index));
            const often = people.map((userId) => new Device(userId, oracle));
            const pushed = people.map(
              (userId) =>
                new PushedDevice(userId, oracle, begin, async (device) => {
                  await syncOn(device, 7);
                  return (await stage.models.readModels.membership.windowsOf(userId)).windows;
                }),
            );
            const batches: Parameters<PushedDevice['take']>[0][] = [];
            const unsubscribe = stage.models.delivery.subscribe((batch) => batches.push(batch));
            play.begin();
            for (const [index, step] of todo.entries()) {
              play.step(step);
              if (step.append) await scene.append();
              for (const { at, limit: size } of syncs) {
                if (at !== index) continue;
                await settle(scene);
                for (const device of often) await syncOn(device, size);
              }
            }
            await settle(scene);
            unsubscribe();
            for (const [index, userId] of people.entries()) {
              const once = new Device(userId, oracle);
              once.cursor = begin;
              await syncOn(once, limit);
              await syncOn(often[index]!, limit);
              const live = pushed[index]!;
              for (const batch of batches) await live.take(batch);
              expect(once.problems).toEqual([]);
              expect(often[index]!.problems).toEqual([]);
              expect(live.device.problems).toEqual([]);
              expect(live.holes).toBe(0);
              expect(often[index]!.state()).toEqual(once.state());
              expect(live.device.state()).toEqual(once.state());
              for (const device of [once, often[index]!, live.device]) {
                expect([...device.seen].toSorted()).toEqual(oracle().owed(userId));
              }
              await expectTruth(once, oracle());
            }
          },
        ),
        { seed, numRuns: 30, endOnFailure: true },
      );
    }, 240_000);
  });
}
