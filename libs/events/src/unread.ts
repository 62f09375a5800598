import { type SequenceWindow, visibleRanges } from './membership.js';

/**
 * How many messages somebody has not read: those inside the membership windows, above the read watermark, up to the
 * conversation's last. Derived, never counted up and down, so it cannot drift.
 *
 * `readWatermark` comes from readWatermarkOf. A deleted message keeps its sequence and counts until it is passed.
 */
export function unreadCount(windows: readonly SequenceWindow[], readWatermark: number, lastSequence: number): number {
  const unread = visibleRanges(windows, { from: readWatermark + 1, to: lastSequence });
  return unread.reduce((sum, part) => sum + part.to - part.from + 1, 0);
}

/**
 * A person's read watermark: the highest of their devices' and of their own last message. Sending advances the sender's
 * own watermark to the sent sequence (who answers has read), so one's own messages are never unread.
 */
export function readWatermarkOf(deviceWatermarks: Iterable<number>, lastSentSequence: number): number {
  let highest = lastSentSequence;
  for (const watermark of deviceWatermarks) if (watermark > highest) highest = watermark;
  return highest;
}
