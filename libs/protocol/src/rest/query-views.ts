import { z } from 'zod';
import { change, inboxEntry, messageView, noticeView, personView } from '../views.js';

/** A page of rows. `asOf`: the log position that the answer holds for at least. */
export const pageOf = <Row extends z.ZodType>(row: Row) =>
  z.object({ data: z.array(row), nextCursor: z.string().nullable(), hasMore: z.boolean(), asOf: z.string() });

export const timelineEntry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message'), position: z.string(), message: messageView }),
  z.object({ kind: z.literal('notice'), position: z.string(), notice: noticeView }),
]);

export const meView = personView.extend({
  deviceId: z.string(),
  scopes: z.array(z.string()),
  presenceVisibility: z.enum(['shared', 'nobody']),
});

/** How far a member has come, over all their devices. */
export const memberWatermarkView = z.object({ userId: z.string(), delivered: z.int(), read: z.int() });
/** How far one of one's own devices has come. */
export const deviceWatermarkView = z.object({ deviceId: z.string(), delivered: z.int(), read: z.int() });
/** Whether a message has reached a member and was read by them. */
export const messageReceiptView = z.object({ userId: z.string(), delivered: z.boolean(), read: z.boolean() });

/** Changes as on the socket; `entries` only while the conversation list is brought for the first time. */
export const syncAnswer = z.object({
  entries: z.array(inboxEntry),
  changes: z.array(change),
  /** Give it with the next request. Never expires. */
  cursor: z.string(),
  /** More is there now. */
  hasMore: z.boolean(),
});
