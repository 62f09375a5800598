import type { SettingFacts } from '@parley/ports';
import { type CassandraClient, deleteAt, insertAt, type Statement, updateAt } from '../../client/index.js';
import { bucketOfMention, bucketOfSequence } from '../layout.js';
import type { ConversationHead } from './view-fold.js';

const insertView = insertAt('conversation_views', [
  'generation',
  'conversation_id',
  'position',
  'kind',
  'title',
  'description',
  'peers',
  'pins',
  'started_at',
  'view_position',
]);
const mentionKey = ['generation', 'user_id', 'conversation_id', 'bucket', 'sequence'];
export const insertMention = insertAt('mentions', mentionKey);
export const deleteMention = deleteAt('mentions', mentionKey);
const messageMentionKey = ['generation', 'conversation_id', 'bucket', 'sequence', 'user_id'];
export const insertMessageMention = insertAt('message_mentions', messageMentionKey);
export const deleteMessageMention = deleteAt('message_mentions', messageMentionKey);
const settingKey = ['generation', 'user_id', 'conversation_id'];
export const updateMuted = updateAt('settings', ['muted', 'muted_until', 'position'], settingKey);
export const updateArchived = updateAt('settings', ['archived', 'position'], settingKey);
export const updateMarkedUnread = updateAt('settings', ['marked_unread', 'position'], settingKey);

/** A mute without an end, as it is stored. */
export const forEver = -1;

/** What is null was never set: left out, it leaves no tombstone. */
export const viewRow = (at: number, generation: number, id: string, head: ConversationHead): Statement =>
  insertView(
    at,
    generation,
    id,
    head.position,
    head.kind,
    head.title ?? undefined,
    head.description ?? undefined,
    head.peerIds === null ? undefined : JSON.stringify(head.peerIds),
    JSON.stringify(head.pins),
    head.startedAt,
    head.viewPosition,
  );

export interface StoredSettings extends SettingFacts {
  readonly conversationId: string;
  /** Of the last change. */
  readonly position: number;
}

interface ViewRow {
  readonly position: number;
  readonly kind: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly peers: string | null;
  readonly pins: string;
  readonly startedAt: string;
  readonly viewPosition: number;
}

interface SettingsRow {
  readonly conversationId: string;
  readonly muted: boolean | null;
  readonly mutedUntil: number | null;
  readonly archived: boolean | null;
  readonly markedUnread: boolean | null;
  readonly position: number | null;
}

const selectSettings = `SELECT conversation_id AS "conversationId", muted, muted_until AS "mutedUntil", archived,
  marked_unread AS "markedUnread", position FROM settings WHERE generation = ? AND user_id = ?`;

/** Reads the rows of the inbox, of one generation. */
export class InboxRows {
  constructor(
    private readonly client: CassandraClient,
    private readonly generation: number,
  ) {}

  async head(conversationId: string): Promise<ConversationHead | null> {
    const row = await this.client.readOne<ViewRow>(
      `SELECT position, kind, title, description, peers, pins, started_at AS "startedAt",
         view_position AS "viewPosition"
       FROM conversation_views WHERE generation = ? AND conversation_id = ?`,
      [this.generation, conversationId],
    );
    if (row === null) return null;
    const { peers, pins, ...rest } = row;
    const peerIds = peers === null ? null : (JSON.parse(peers) as string[]);
    return { ...rest, peerIds, pins: JSON.parse(pins) as number[] };
  }

  async mentionedIn(conversationId: string, sequence: number): Promise<readonly string[]> {
    const rows = await this.client.read<{ userId: string }>(
      `SELECT user_id AS "userId" FROM message_mentions
       WHERE generation = ? AND conversation_id = ? AND bucket = ? AND sequence = ?`,
      [this.generation, conversationId, bucketOfSequence(sequence), sequence],
    );
    return rows.map(({ userId }) => userId);
  }

  /** How many messages of this range mention the person. */
  async countMentions(userId: string, conversationId: string, from: number, to: number): Promise<number> {
    let mentions = 0;
    for (let bucket = bucketOfMention(from); bucket <= bucketOfMention(to); bucket++) {
      const row = await this.client.readOne<{ mentions: number }>(
        `SELECT COUNT(*) AS mentions FROM mentions
         WHERE generation = ? AND user_id = ? AND conversation_id = ? AND bucket = ? AND sequence >= ?
           AND sequence <= ?`,
        [this.generation, userId, conversationId, bucket, from, to],
      );
      mentions += row?.mentions ?? 0;
    }
    return mentions;
  }

  async settings(userId: string, conversationId: string): Promise<StoredSettings | undefined> {
    const row = await this.client.readOne<SettingsRow>(`${selectSettings} AND conversation_id = ?`, [
      this.generation,
      userId,
      conversationId,
    ]);
    return row === null ? undefined : settingsOf(row);
  }

  /** Everything this person has set for themselves, by conversation. */
  async settingsOf(userId: string): Promise<ReadonlyMap<string, StoredSettings>> {
    const rows = await this.client.read<SettingsRow>(selectSettings, [this.generation, userId]);
    return new Map(rows.map((row) => [row.conversationId, settingsOf(row)]));
  }
}

const settingsOf = ({ conversationId, mutedUntil, ...row }: SettingsRow): StoredSettings => ({
  conversationId,
  muted: row.muted ?? false,
  mutedUntil: mutedUntil === forEver ? null : mutedUntil,
  archived: row.archived ?? false,
  markedUnread: row.markedUnread ?? false,
  position: row.position ?? 0,
});
