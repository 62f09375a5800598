import { emptyReceiptsJson, type MemberWatermark } from '@parley/ports';
import { type CassandraClient, insertAt, type Statement, updateAt } from '../../client/index.js';
import type { Marks } from './watermark-fold.js';

const memberKey = ['generation', 'conversation_id', 'user_id'];
export const updateMarks = updateAt('watermark_members', ['delivered', 'read', 'changed'], memberKey);
export const updateFlag = updateAt('watermark_members', ['member'], memberKey);
export const updateSent = updateAt('watermark_members', ['sent'], memberKey);
export const insertReceipts = insertAt('receipts', ['generation', 'conversation_id', 'position', 'body']);

/** The watermark itself is the timestamp: the highest stays, in whatever order they come. */
export const raiseDevice = (
  mark: 'delivered' | 'read',
  sequence: number,
  generation: number,
  conversationId: string,
  userId: string,
  deviceId: string,
): Statement => ({
  query: `INSERT INTO watermark_devices (generation, conversation_id, user_id, device_id, ${mark})
    VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ?`,
  params: [generation, conversationId, userId, deviceId, sequence, sequence],
});

interface MarksRow {
  readonly userId: string;
  readonly delivered: number | null;
  readonly read: number | null;
  readonly sent: number | null;
  readonly member: boolean | null;
  readonly changed: number | null;
}
const selectMarks = `SELECT user_id AS "userId", delivered, read, sent, member, changed FROM watermark_members
  WHERE generation = ? AND conversation_id = ?`;

export interface Receipts {
  /** Of the last advance. */
  readonly position: number;
  readonly body: string;
}

/** Rows of members read at once, former ones among them. */
const smallestPiece = 50;

/** Reads the rows of watermarks, of one generation. */
export class WatermarkRows {
  constructor(
    private readonly client: CassandraClient,
    private readonly generation: number,
  ) {}

  /** Everybody who ever was in the conversation, page by page. */
  async *everybody(
    conversationId: string,
  ): AsyncGenerator<readonly (readonly [userId: string, marks: Marks])[], void, undefined> {
    for await (const page of this.client.stream<MarksRow>(selectMarks, [this.generation, conversationId])) {
      yield page.map((row) => [row.userId, marksOf(row)] as const);
    }
  }

  async marks(conversationId: string, userId: string): Promise<Marks> {
    const row = await this.client.readOne<MarksRow>(`${selectMarks} AND user_id = ?`, [
      this.generation,
      conversationId,
      userId,
    ]);
    return marksOf(row);
  }

  receipts(conversationId: string): Promise<Receipts | null> {
    return this.client.readOne<Receipts>(
      'SELECT position, body FROM receipts WHERE generation = ? AND conversation_id = ?',
      [this.generation, conversationId],
    );
  }

  /** Members now, by user id. */
  async members(conversationId: string, afterUserId: string, limit: number): Promise<readonly MemberWatermark[]> {
    const found: MemberWatermark[] = [];
    const piece = Math.max(limit, smallestPiece);
    for (let after = afterUserId; ;) {
      const rows = await this.client.read<MarksRow>(`${selectMarks} AND user_id > ? LIMIT ?`, [
        this.generation,
        conversationId,
        after,
        piece,
      ]);
      for (const row of rows) {
        const { delivered, read, sent, member } = marksOf(row);
        const { userId } = row;
        if (member) found.push({ userId, delivered: Math.max(delivered, read, sent), read: Math.max(read, sent) });
      }
      after = rows.at(-1)?.userId ?? after;
      if (rows.length < piece || found.length >= limit) return found.slice(0, limit);
    }
  }

  async devices(
    conversationId: string,
    userId: string,
  ): Promise<readonly { readonly deviceId: string; readonly delivered: number; readonly read: number }[]> {
    const rows = await this.client.read<{ deviceId: string; delivered: number | null; read: number | null }>(
      `SELECT device_id AS "deviceId", delivered, read FROM watermark_devices
       WHERE generation = ? AND conversation_id = ? AND user_id = ?`,
      [this.generation, conversationId, userId],
    );
    return rows.map(({ deviceId, delivered, read }) => ({ deviceId, delivered: delivered ?? 0, read: read ?? 0 }));
  }
}

const marksOf = (row: MarksRow | null): Marks => ({
  delivered: row?.delivered ?? 0,
  read: row?.read ?? 0,
  sent: row?.sent ?? 0,
  member: row?.member ?? false,
  changed: row?.changed ?? 0,
});

/** The receipts view; before anybody has received anything, an empty one. */
export const receiptsView = (conversationId: string, receipts: Receipts | null, memberCount: number): string =>
  receipts?.body ?? emptyReceiptsJson(conversationId, memberCount);
