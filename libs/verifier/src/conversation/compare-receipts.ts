import type { Findings } from '../findings.js';
import type { RowSource } from '../sources.js';
import type { ConversationFold } from './conversation-fold.js';

/** Steps that a receipts view has at most. */
const stepsShown = 16;

/** W: how far how many members have come, as it was when a watermark last rose: sending alone tells nobody anew. */
export async function compareReceipts(fold: ConversationFold, rows: RowSource, findings: Findings): Promise<void> {
  const marks = [...fold.sentAtAdvance].map(([userId, sent]) => {
    const devices = [...(fold.devices.get(userId)?.values() ?? [])];
    return {
      delivered: Math.max(sent, ...devices.map(({ delivered }) => delivered)),
      read: Math.max(sent, ...devices.map(({ read }) => read)),
    };
  });
  const due = {
    conversationId: fold.id,
    delivered: steps(marks.map(({ delivered }) => delivered)),
    read: steps(marks.map(({ read }) => read)),
  };
  const { memberCount, ...is } = JSON.parse(await rows.watermarks.aggregate(fold.id)) as { memberCount: number };
  const members = marks.length === 0 ? memberCount : marks.length;
  findings.compare('W', fold.id, 'receipts', { ...due, memberCount: members }, { ...is, memberCount });
}

/** `[sequence, members who are there or beyond]`, newest first; of too many the newest, and what everybody has. */
function steps(reached: readonly number[]): readonly (readonly [number, number])[] {
  const sequences = [...new Set(reached)].filter((sequence) => sequence > 0).toSorted((a, b) => b - a);
  const shown =
    sequences.length > stepsShown ? [...sequences.slice(0, stepsShown - 1), ...sequences.slice(-1)] : sequences;
  return shown.map((sequence) => [sequence, reached.filter((each) => each >= sequence).length]);
}
