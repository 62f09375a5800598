import type { MemberWatermark, WatermarkReader } from '@parley/ports';
import type { ReadFiles } from '../reading/read-files.js';
import { MembershipRows } from '../membership/membership-rows.js';
import { receiptsOf } from './watermark-rows.js';

export class SqliteWatermarkReader implements WatermarkReader {
  constructor(private readonly files: ReadFiles) {}

  async ofConversation(
    conversationId: string,
    afterUserId: string | null,
    limit: number,
  ): Promise<readonly MemberWatermark[]> {
    const db = this.files.open('watermarks');
    return db.snapshot(['watermarks'], () =>
      db.all<MemberWatermark>(
        `SELECT user AS userId, max(delivered, read, sent) AS delivered, max(read, sent) AS read
         FROM watermarks.members WHERE conversation = ? AND user > ? AND member = 1 ORDER BY user LIMIT ?`,
        conversationId,
        afterUserId ?? '',
        limit,
      ),
    );
  }

  async ofMember(
    conversationId: string,
    userId: string,
  ): Promise<readonly { readonly deviceId: string; readonly delivered: number; readonly read: number }[]> {
    const db = this.files.open('watermarks');
    return db.snapshot(['watermarks'], () =>
      db.all<{ deviceId: string; delivered: number; read: number }>(
        `SELECT device AS deviceId, delivered, read FROM watermarks.devices
         WHERE conversation = ? AND user = ? ORDER BY device`,
        conversationId,
        userId,
      ),
    );
  }

  async aggregate(conversationId: string): Promise<string> {
    const db = this.files.open('watermarks', 'membership');
    return db.snapshot(['watermarks', 'membership'], () =>
      receiptsOf(db, conversationId, new MembershipRows(db).memberCount(conversationId)),
    );
  }
}
