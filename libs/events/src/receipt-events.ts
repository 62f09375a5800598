/** Stream `receipts-<conversationId>`: what members' devices have received and read. */
export type ReceiptEvent = WatermarksAdvanced;

/**
 * Watermarks of many members in one event: at most four such events a second in a conversation, however many members.
 * Each number is the new watermark (a message sequence), above the old one.
 */
export interface WatermarksAdvanced {
  readonly type: 'WatermarksAdvanced.v1';
  readonly data: { readonly advances: readonly WatermarkAdvance[] };
}

export interface WatermarkAdvance {
  readonly userId: string;
  readonly deviceId: string;
  readonly delivered?: number;
  /** Reading implies delivery: `delivered` is at least `read`. */
  readonly read?: number;
}
