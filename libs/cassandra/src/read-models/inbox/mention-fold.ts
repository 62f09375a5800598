import type { InboxOperation } from '@parley/ports';

export type MentionOperation = Extract<InboxOperation, { type: 'add-mentions' | 'set-mentions' | 'delete-message' }>;

export const isOfMentions = (operation: InboxOperation): operation is MentionOperation =>
  operation.type === 'add-mentions' || operation.type === 'set-mentions' || operation.type === 'delete-message';

/** Whom a message mentions after a batch, and whom it no longer does. */
export interface MentionChange {
  readonly conversationId: string;
  readonly sequence: number;
  /** Of its last operation in the batch. */
  readonly position: number;
  readonly now: ReadonlySet<string>;
  /** Also those of in between: a late writer of an older state must lose against their deletion. */
  readonly gone: ReadonlySet<string>;
}

/** `before`: whom the rows name. One message's operations in order. */
export function foldMentions(before: readonly string[], operations: readonly MentionOperation[]): MentionChange | null {
  const ever = new Set(before);
  let now = new Set(before);
  for (const operation of operations) {
    const mentions = operation.type === 'delete-message' ? [] : operation.mentions;
    now = new Set(operation.type === 'add-mentions' ? [...now, ...mentions] : mentions);
    for (const userId of mentions) ever.add(userId);
  }
  const last = operations.at(-1);
  if (last === undefined || ever.size === 0) return null;
  const { conversationId, sequence, position } = last;
  return { conversationId, sequence, position, now, gone: new Set([...ever].filter((userId) => !now.has(userId))) };
}
