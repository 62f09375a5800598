import type {
  DeliverySubscriber,
  EventLogReader,
  EventLogWriter,
  HistoryQuery,
  ProjectionAdmin,
  ProjectionName,
  ReadModels,
} from '@parley/ports';
import type { InboxEntry } from '@parley/protocol';
import { expect } from 'vitest';
import type { Device } from './device.js';
import type { Oracle } from './oracle.js';
import { Scene } from './scene.js';

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

/** Of everything random in a run of the contract. */
export const seed = Number(process.env['PARLEY_TEST_SEED'] ?? Date.now() % 1_000_000);

/** What all parts of the contract need: scenes in the common log, and what readers answer of them. */
export type ReadModelsStage = ReturnType<typeof readModelsStage>;

/** `models`: once they are open. */
export function readModelsStage(models: () => ReadModelsUnderTest) {
  let scenes = 0;

  /** A scene with ids of its own in the common log. */
  const aScene = (): { scene: Scene; id: (name: string) => string } => {
    const number = ++scenes;
    return { scene: new Scene(models().log, number), id: (part) => `${part}_${number}` };
  };

  /** Appends what the scene holds, and waits until it can be read. */
  const settle = async (scene: Scene): Promise<void> => {
    const position = await scene.append();
    expect(await models().readModels.positions.waitFor(position, 20_000)).toBe(true);
  };

  const windowsOf = async (conversationId: string, userId: string) =>
    (await models().readModels.membership.membership(conversationId, userId))?.windows ?? [];

  /** A page of history as this person sees it, and the sequences in it. */
  const page = async (userId: string, query: Omit<HistoryQuery, 'windows'>) => {
    const windows = await windowsOf(query.conversationId, userId);
    const answer = await models().readModels.history.page({ ...query, windows });
    const sequences = answer.entries.map(({ kind, sequence }) => (kind === 'message' ? sequence : `after ${sequence}`));
    return { ...answer, sequences };
  };

  const entryOf = async (userId: string, conversationId: string): Promise<InboxEntry | null> => {
    const json = await models().readModels.inbox.entry(userId, conversationId);
    return json === null ? null : (JSON.parse(json) as InboxEntry);
  };

  /** What a device was told, what the readers answer, and what the log says. */
  const expectTruth = async (device: Device, oracle: Oracle): Promise<void> => {
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
      expect(device.mentions(id), `mentions of ${userId} in ${id}`).toBe(oracle.unreadMentions(id, userId));
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
  };

  return {
    get models(): ReadModelsUnderTest {
      return models();
    },
    aScene,
    settle,
    windowsOf,
    page,
    entryOf,
    expectTruth,
  };
}
