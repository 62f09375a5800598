import type { MessageView } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import type { ReadModelsStage } from './stage.js';

export function historyContract(stage: ReadModelsStage): void {
  const { aScene, settle, windowsOf, page, entryOf } = stage;
  describe('history', () => {
    it('pages before, after and around a sequence, and from the end', async () => {
      const { scene, id } = aScene();
      const conversationId = id('cnv_pages');
      scene.start(conversationId, { [id('usr_a')]: 'owner' });
      for (let i = 1; i <= 25; i++) scene.send(conversationId, id('usr_a'), `text ${i}`);
      await settle(scene);
      const query = { conversationId, limit: 4, notices: false };
      const user = id('usr_a');
      expect(await page(user, query)).toMatchObject({
        sequences: [22, 23, 24, 25],
        hasMoreBefore: true,
        hasMoreAfter: false,
      });
      expect(await page(user, { ...query, before: 4 })).toMatchObject({
        sequences: [1, 2, 3],
        hasMoreBefore: false,
        hasMoreAfter: true,
      });
      expect(await page(user, { ...query, after: 23 })).toMatchObject({
        sequences: [24, 25],
        hasMoreBefore: true,
        hasMoreAfter: false,
      });
      expect(await page(user, { ...query, after: 0 })).toMatchObject({
        sequences: [1, 2, 3, 4],
        hasMoreBefore: false,
        hasMoreAfter: true,
      });
      expect(await page(user, { ...query, around: 10 })).toMatchObject({ sequences: [8, 9, 10, 11] });
      expect(await page(user, { ...query, around: 25 })).toMatchObject({ sequences: [22, 23, 24, 25] });
      expect(await page(user, { ...query, around: 1 })).toMatchObject({ sequences: [1, 2, 3, 4] });
      expect(await page(user, { ...query, before: 1 })).toMatchObject({ sequences: [], hasMoreBefore: false });
      expect(await page(user, { ...query, after: 25 })).toMatchObject({ sequences: [], hasMoreAfter: false });
      expect(await page(user, { ...query, conversationId: 'cnv_unknown' })).toMatchObject({ sequences: [] });
    });

    it('tells notices between the messages, each on exactly one page', async () => {
      const { scene, id } = aScene();
      const [conversationId, user] = [id('cnv_notices'), id('usr_a')];
      scene.start(conversationId, { [user]: 'owner' });
      for (let i = 1; i <= 9; i++) {
        scene.send(conversationId, user, `text ${i}`);
        if (i % 2 === 0) scene.rename(conversationId, `title ${i}`, user);
        if (i === 6) scene.add(conversationId, id('usr_b'), user);
      }
      await settle(scene);
      const everything = ['after 0', 1, 2, 'after 2', 3, 4, 'after 4', 5, 6, 'after 6', 'after 6', 7, 8, 'after 8', 9];
      const query = { conversationId, limit: 100, notices: true };
      expect(await page(user, query)).toMatchObject({ sequences: everything });
      for (let limit = 1; limit <= 8; limit++) {
        const back: (number | string)[] = [];
        let before: number | undefined;
        for (let more = true; more;) {
          const answer = await page(user, { ...query, limit, ...(before === undefined ? {} : { before }) });
          expect(answer.entries.length).toBeLessThanOrEqual(limit);
          back.unshift(...answer.sequences);
          before = answer.entries.find((entry) => entry.kind === 'message')?.sequence;
          more = answer.hasMoreBefore;
        }
        // A notice falls off where more stand between two messages than a page holds beside one of them.
        expect(back.filter((each) => limit >= 3 || typeof each === 'number')).toEqual(
          everything.filter((each) => limit >= 3 || typeof each === 'number'),
        );
        expect(back.filter((each) => typeof each === 'number')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
      }
      const forth: (number | string)[] = [];
      let after = 0;
      for (let more = true; more;) {
        const answer = await page(user, { ...query, limit: 4, after });
        forth.push(...answer.sequences);
        after = answer.entries.findLast((entry) => entry.kind === 'message')?.sequence ?? after;
        more = answer.hasMoreAfter;
      }
      expect(forth).toEqual(everything);
    });

    it('folds edits, deletions, reactions and pins into the message', async () => {
      const { scene, id } = aScene();
      const [conversationId, a, b] = [id('cnv_fold'), id('usr_a'), id('usr_b')];
      scene.start(conversationId, { [a]: 'owner', [b]: 'member' });
      scene.send(conversationId, a, 'first', { mentions: [b] });
      scene.send(conversationId, b, 'second', { replyTo: 1 });
      scene.edit(conversationId, 1, a, 'first, edited');
      scene.react(conversationId, 1, b, '👍').react(conversationId, 1, a, '👍').react(conversationId, 1, b, '🎉');
      scene.unreact(conversationId, 1, b, '🎉').pin(conversationId, 1, a).pin(conversationId, 2, a);
      scene.delete(conversationId, 2, b);
      await settle(scene);
      const { entries } = await page(a, { conversationId, limit: 10, notices: false });
      const [first, second] = entries.map((entry) => JSON.parse(entry.json) as MessageView);
      expect(first).toMatchObject({
        content: { type: 'text.v1', text: 'first, edited' },
        reactions: [{ emoji: '👍', userIds: [b, a] }],
        pinned: true,
      });
      expect(first).toHaveProperty('editedAt');
      expect(first).not.toHaveProperty('mentions');
      expect(second).toMatchObject({ sequence: 2, senderId: b, replyTo: 1, deletedBy: b });
      expect(second).not.toHaveProperty('content');
      expect(second).not.toHaveProperty('pinned');
      const { json, projectedRevision } = await stage.models.readModels.history.message(conversationId, 1);
      expect(JSON.parse(json ?? '')).toEqual(first);
      expect(projectedRevision).toBe(10);
      expect((await entryOf(a, conversationId))?.conversation.pins).toEqual([1]);
    });

    it('shows nothing that is newer than what it is judged by', async () => {
      const { scene, id } = aScene();
      const [conversationId, a] = [id('cnv_as_of'), id('usr_a')];
      scene.start(conversationId, { [a]: 'owner' });
      scene.send(conversationId, a, 'first');
      await settle(scene);
      const upTo = stage.models.readModels.positions.safePosition();
      scene.send(conversationId, a, 'second');
      scene.rename(conversationId, 'later', a);
      await settle(scene);
      const then = await page(a, { conversationId, limit: 10, notices: true, upTo });
      expect(then.sequences).not.toContain(2);
      expect(then).toMatchObject({ hasMoreAfter: false });
      const now = await page(a, { conversationId, limit: 10, notices: true });
      expect(now.sequences.slice(then.sequences.length)).toEqual([2, 'after 2']);
      const { history } = stage.models.readModels;
      expect((await history.message(conversationId, 1, upTo)).json).not.toBeNull();
      expect((await history.message(conversationId, 2, upTo)).json).toBeNull();
      expect((await history.message(conversationId, 2)).json).not.toBeNull();
    });

    it('shows a person their windows and nothing else, after removal and return too', async () => {
      const { scene, id } = aScene();
      const [conversationId, a, b] = [id('cnv_windows'), id('usr_a'), id('usr_b')];
      scene.start(conversationId, { [a]: 'owner' });
      scene.send(conversationId, a, 'before');
      scene.add(conversationId, b, a);
      scene.send(conversationId, a, 'inside');
      scene.remove(conversationId, b, a);
      scene.send(conversationId, a, 'outside');
      scene.rename(conversationId, 'outside', a);
      scene.add(conversationId, b, a);
      scene.send(conversationId, a, 'inside again');
      await settle(scene);
      const windows = await windowsOf(conversationId, b);
      expect(windows).toMatchObject([
        { afterSequence: 1, untilSequence: 2 },
        { afterSequence: 3, untilSequence: null },
      ]);
      expect((await page(b, { conversationId, limit: 10, notices: true })).sequences).toEqual([
        'after 1',
        2,
        'after 2',
        'after 3',
        4,
      ]);
      expect(await page(b, { conversationId, limit: 1, notices: false })).toMatchObject({
        sequences: [4],
        hasMoreBefore: true,
      });
      expect(await page(b, { conversationId, limit: 1, before: 4, notices: false })).toMatchObject({
        sequences: [2],
        hasMoreBefore: false,
      });
    });
  });
}
