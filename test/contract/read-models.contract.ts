import {
  projectionNames,
  type DeliverySubscriber,
  type EventLogReader,
  type EventLogWriter,
  type HistoryQuery,
  type ProjectionAdmin,
  type ProjectionName,
  type ReadModels,
} from '@parley/ports';
import type { InboxEntry, MemberView, MessageView, ReceiptsView } from '@parley/protocol';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Device, PushedDevice } from './read-models.device.js';
import { Play, steps, users } from './read-models.histories.js';
import { Oracle } from './read-models.oracle.js';
import { Scene } from './read-models.scene.js';

/** Read models over a log of their own. */
export interface ReadModelsUnderTest {
  readonly log: EventLogWriter & EventLogReader;
  readonly readModels: ReadModels;
  readonly delivery: DeliverySubscriber;
  readonly admin: ProjectionAdmin;
  /** Those that are kept here, where an engine does not keep all of them. */
  readonly projections?: readonly ProjectionName[];
  close(): Promise<void>;
}

const seed = Number(process.env['PARLEY_TEST_SEED'] ?? Date.now() % 1_000_000);

/** What every set of read models guarantees, whatever engines it is made of. */
export function readModelsContract(name: string, open: () => Promise<ReadModelsUnderTest>): void {
  describe(`read models: ${name} (seed ${seed})`, () => {
    let models: ReadModelsUnderTest;
    let number = 0;
    beforeAll(async () => {
      models = await open();
    });
    afterAll(() => models.close());

    /** A scene with ids of its own in the common log. */
    const aScene = (): { scene: Scene; id: (name: string) => string } => {
      const suffix = `_${++number}`;
      return { scene: new Scene(models.log, number), id: (part) => part + suffix };
    };
    const settle = async (scene: Scene): Promise<void> => {
      const position = await scene.append();
      expect(await models.readModels.positions.waitFor(position, 20_000)).toBe(true);
    };
    const windowsOf = async (conversationId: string, userId: string) =>
      (await models.readModels.membership.membership(conversationId, userId))?.windows ?? [];
    const page = async (userId: string, query: Omit<HistoryQuery, 'windows'>) => {
      const windows = await windowsOf(query.conversationId, userId);
      const answer = await models.readModels.history.page({ ...query, windows });
      const sequences = answer.entries.map(({ kind, sequence }) =>
        kind === 'message' ? sequence : `after ${sequence}`,
      );
      return { ...answer, sequences };
    };
    const entryOf = async (userId: string, conversationId: string): Promise<InboxEntry | null> => {
      const json = await models.readModels.inbox.entry(userId, conversationId);
      return json === null ? null : (JSON.parse(json) as InboxEntry);
    };

    /** What a device was told, what the readers answer, and what the log says. */
    async function expectTruth(device: Device, oracle: Oracle): Promise<void> {
      for (const [id, conversation] of oracle.conversations) {
        const { userId } = device;
        const held = device.held.get(id);
        expect(held !== undefined, `${userId} holds ${id}`).toBe(oracle.isMember(id, userId));
        if (held === undefined) continue;
        const window = oracle.windows(id, userId).at(-1)!;
        const messages = conversation.messages.filter((message) => message.sequence > window.afterSequence);
        for (const { sequence, text, reactions, pinned } of messages) {
          const message = held.messages.get(sequence)?.message;
          const content = text === null ? undefined : { type: 'text.v1', text };
          expect(message?.content, `${id}/${sequence}`).toEqual(content);
          expect(message?.pinned === true).toBe(pinned);
          const marks = (message?.reactions ?? []).flatMap(({ emoji, userIds }) =>
            userIds.map((user) => `${emoji} ${user}`),
          );
          expect(marks.toSorted()).toEqual(reactions.toSorted());
        }
        expect([...held.notices]).toEqual(conversation.notices.filter((position) => position >= window.afterPosition));
        expect(held).toMatchObject({
          title: conversation.title,
          memberCount: oracle.memberCount(id),
          read: oracle.readWatermark(id, userId),
          unread: oracle.unread(id, userId),
        });
        const entry = await entryOf(userId, id);
        expect(entry?.readState).toMatchObject({
          read: oracle.readWatermark(id, userId),
          unread: oracle.unread(id, userId),
          mentions: oracle.unreadMentions(id, userId),
        });
        expect(entry?.lastMessage?.sequence).toBe(oracle.visible(id, userId).at(-1)?.sequence);
        expect(entry?.role).toBe(conversation.roles.get(userId));
        const { entries } = await page(userId, { conversationId: id, limit: 200, notices: false });
        expect(entries.map((message) => message.sequence)).toEqual(
          oracle.visible(id, userId).map((each) => each.sequence),
        );
      }
    }

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
        const everything = [
          'after 0',
          1,
          2,
          'after 2',
          3,
          4,
          'after 4',
          5,
          6,
          'after 6',
          'after 6',
          7,
          8,
          'after 8',
          9,
        ];
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
        const { json, projectedRevision } = await models.readModels.history.message(conversationId, 1);
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
        const upTo = models.readModels.positions.safePosition();
        scene.send(conversationId, a, 'second');
        scene.rename(conversationId, 'later', a);
        await settle(scene);
        const then = await page(a, { conversationId, limit: 10, notices: true, upTo });
        expect(then.sequences).not.toContain(2);
        expect(then).toMatchObject({ hasMoreAfter: false });
        const now = await page(a, { conversationId, limit: 10, notices: true });
        expect(now.sequences.slice(then.sequences.length)).toEqual([2, 'after 2']);
        const { history } = models.readModels;
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
            const answer = await models.readModels.inbox.entries({
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
        expect(await models.readModels.inbox.entry(id('usr_stranger'), ids[0]!)).toBeNull();
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

    describe('membership', () => {
      it('knows members, roles, former members and who shares a conversation', async () => {
        const { scene, id } = aScene();
        const [conversationId, a, b, c] = [id('cnv_members'), id('usr_a'), id('usr_b'), id('usr_c')];
        scene.start(conversationId, { [a]: 'owner', [b]: 'member' });
        scene.add(conversationId, c, a).role(conversationId, b, 'admin', a).leave(conversationId, c);
        await settle(scene);
        const { membership } = models.readModels;
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
        const { position, windows } = await models.readModels.membership.windowsOf(b);
        expect(position).toBe(models.readModels.positions.safePosition());
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

    describe('watermarks', () => {
      it('rise, per member the highest of their devices, and add up', async () => {
        const { scene, id } = aScene();
        const [conversationId, a, b, c] = [id('cnv_marks'), id('usr_a'), id('usr_b'), id('usr_c')];
        scene.start(conversationId, { [a]: 'owner', [b]: 'member', [c]: 'member' });
        for (let i = 1; i <= 5; i++) scene.send(conversationId, a, `text ${i}`);
        scene.delivered(conversationId, b, 5).read(conversationId, b, 4).read(conversationId, b, 2, 'dev_other');
        scene.read(conversationId, b, 3).delivered(conversationId, c, 2);
        await settle(scene);
        const { watermarks } = models.readModels;
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

    describe('people', () => {
      it('are found by name, whole or begun, without accents or case', async () => {
        const { scene, id } = aScene();
        const [a, b] = [id('usr_a'), id('usr_b')];
        scene.register(a, id('zoe'), 'Zoë Éluard').register(b, id('zoltan'), 'Zoltán Kocsis');
        scene.user(b, { type: 'ProfileChanged.v1', data: { about: 'pianist', presenceVisibility: 'nobody' } });
        await settle(scene);
        const { people } = models.readModels;
        const find = async (query: string) =>
          (await people.find(query, 10)).map((json) => (JSON.parse(json) as { id: string }).id);
        expect(await find('zoe eluard')).toContain(a);
        expect(await find('zo')).toEqual(expect.arrayContaining([a, b]));
        expect(await find('KOC')).toContain(b);
        expect(await find('zoe kocsis')).toEqual([]);
        expect(await find('')).toEqual([]);
        expect(JSON.parse((await people.byUsername(id('zoltan'))) ?? '')).toMatchObject({ id: b, about: 'pianist' });
        expect(await people.byIds([a, 'usr_unknown'])).toHaveLength(1);
        expect(await people.presenceVisibility(b)).toBe('nobody');
        expect(await people.presenceVisibility(a)).toBe('shared');
      });

      it('are kept all with one name, which is whose registration is first in the log', async () => {
        const { scene, id } = aScene();
        const [a, b, name] = [id('usr_a'), id('usr_b'), id('twice')];
        scene.register(b, name, 'First').register(a, name, 'Second');
        scene.user(a, { type: 'ProfileChanged.v1', data: { about: 'came later' } });
        await settle(scene);
        const { people } = models.readModels;
        expect(JSON.parse((await people.byUsername(name)) ?? '')).toMatchObject({ id: b, displayName: 'First' });
        expect((await people.byIds([a, b])).map((json) => JSON.parse(json) as unknown)).toEqual([
          { id: a, username: name, displayName: 'Second', about: 'came later' },
          { id: b, username: name, displayName: 'First', about: null },
        ]);
        expect((await people.find(name, 10)).map((json) => (JSON.parse(json) as { id: string }).id)).toEqual([a, b]);
        const first = scene.told.at(-3)?.position ?? 0;
        expect((await models.admin.parked('people')).filter(({ position }) => position >= first)).toEqual([]);
      });
    });

    describe('changes', () => {
      it('lead every device to the same end, from any cursor and in pages of any size, and show nothing from outside', async () => {
        await fc.assert(
          fc.asyncProperty(
            steps(120),
            fc.array(fc.record({ at: fc.nat(120), limit: fc.integer({ min: 1, max: 20 }) }), { maxLength: 5 }),
            fc.integer({ min: 1, max: 30 }),
            async (todo, syncs, limit) => {
              const { scene, id } = aScene();
              const play = new Play(scene, id(''));
              const begin = models.readModels.positions.safePosition();
              const oracle = (): Oracle => new Oracle().fold(scene.told);
              const people = users.map((_, index) => play.user(index));
              const often = people.map((userId) => new Device(userId, oracle));
              const pushed = people.map(
                (userId) =>
                  new PushedDevice(userId, oracle, begin, async (device) => {
                    await sync(device, 7);
                    return (await models.readModels.membership.windowsOf(userId)).windows;
                  }),
              );
              const batches: Parameters<PushedDevice['take']>[0][] = [];
              const unsubscribe = models.delivery.subscribe((batch) => batches.push(batch));
              const sync = async (device: Device, size: number): Promise<void> => {
                for (let more = true; more;) {
                  const answer = await models.readModels.inbox.changes(device.userId, device.cursor, size);
                  device.take(answer.changes, answer.upTo);
                  more = answer.hasMore;
                }
              };
              play.begin();
              for (const [index, step] of todo.entries()) {
                play.step(step);
                if (step.append) await scene.append();
                for (const { at, limit: size } of syncs) {
                  if (at !== index) continue;
                  await settle(scene);
                  for (const device of often) await sync(device, size);
                }
              }
              await settle(scene);
              unsubscribe();
              for (const [index, userId] of people.entries()) {
                const once = new Device(userId, oracle);
                once.cursor = begin;
                await sync(once, limit);
                await sync(often[index]!, limit);
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
        const parked = (await models.admin.parked('history')).filter((event) => event.position >= first);
        for (const [name, offset] of [
          ['inbox', 3],
          ['membership', 3],
          ['watermarks', 4],
          ['people', 5],
        ] as const) {
          const positions = (await models.admin.parked(name)).map((event) => event.position);
          expect(positions).toContain(first + offset);
        }
        const second = await models.admin.parked('history', { after: first, limit: 1 });
        expect(second.map(({ position }) => position)).toEqual([first + 1]);
        expect(parked.slice(0, 3).map(({ position, type, reason }) => ({ position, type, reason }))).toEqual([
          { position: first, type: 'MessageSent.v99', reason: 'unknown-type' },
          { position: first + 1, type: 'MessageSent.v1', reason: expect.stringContaining('malformed') as string },
          { position: first + 2, type: 'MessageEdited.v1', reason: 'there is no message 7' },
        ]);
        expect((await page(a, { conversationId, limit: 5, notices: false })).sequences).toEqual([1]);
        expect(await models.admin.retryParked('history', first)).toBe(false);
        expect(await models.admin.retryParked('history', first + 2)).toBe(false);
        expect(await models.admin.retryParked('history', 1)).toBe(false);
        for (const { name, state, parked: count } of await models.admin.status()) {
          const { length } = await models.admin.parked(name);
          expect({ name, state, count }).toEqual({ name, state: 'live', count: length });
        }
      });
    });

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
            expect(
              (await page(a, { conversationId, limit: 5, notices: true })).sequences.length,
            ).toBeGreaterThanOrEqual(0);
          }
        })();
        for (const projection of models.projections ?? projectionNames) {
          const progress: number[] = [];
          const report = await models.admin.rebuild(projection, ({ done: events }) => progress.push(events));
          expect(report).toMatchObject({ projection, onlyInOld: 0, onlyInNew: 0, different: 0, switched: true });
          expect(report.rows).toBeGreaterThan(0);
          expect(progress.at(-1)).toBeGreaterThan(0);
        }
        busy.still = false;
        await talking;
        await settle(scene);
        const { entries } = await page(a, { conversationId, limit: 200, notices: false });
        expect(entries.at(-1)?.sequence).toBe(scene.lastSequence(conversationId));
        expect((await models.admin.status()).map((each) => each.state)).toEqual(
          Array.from({ length: 6 }, () => 'live'),
        );
      }, 60_000);
    });
  });
}
