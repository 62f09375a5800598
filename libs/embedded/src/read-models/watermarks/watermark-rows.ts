import { emptyReceiptsJson } from '@parley/ports';
import type { ReadConnection } from '../reading/read-connection.js';

/** The receipts view; before anybody has received anything, an empty one. */
export function receiptsOf(db: ReadConnection, conversationId: string, memberCount: number): string {
  const row = db.get<{ body: string }>('SELECT body FROM watermarks.aggregates WHERE conversation = ?', conversationId);
  return row?.body ?? emptyReceiptsJson(conversationId, memberCount);
}

/** A person's read watermark: the highest of their devices' and of their own last message. */
export function readWatermark(db: ReadConnection, conversationId: string, userId: string): number {
  const row = db.get<{ read: number }>(
    'SELECT max(read, sent) AS read FROM watermarks.members WHERE conversation = ? AND user = ?',
    conversationId,
    userId,
  );
  return row?.read ?? 0;
}
