import type { MessageView } from '@parley/protocol';
import { type DueMessage, type Ledger, reactionKey } from './ledger.js';

/**
 * Messages as somebody has them, against what must stand; what was there before the ledger is passed over. Empty: all of
 * them are there, once, in order and as last answered.
 */
export function messageDifferences(messages: Iterable<MessageView>, ledger: Ledger): readonly string[] {
  const differences: string[] = [];
  const missing = new Set(ledger.messages.keys());
  let before = ledger.after;
  for (const message of messages) {
    const { sequence, clientMessageId } = message;
    if (sequence <= ledger.after) continue;
    const due = ledger.messages.get(sequence);
    if (due === undefined) differences.push(`${sequence} (${clientMessageId}) was accepted from nobody`);
    else if (!missing.delete(sequence)) differences.push(`${sequence} is there again`);
    else differences.push(...stateDifferences(message, due).map((what) => `${sequence} ${what}`));
    if (sequence < before) differences.push(`${sequence} stands behind ${before}`);
    before = sequence;
  }
  return [...differences, ...[...missing].map((sequence) => `${sequence} is not there`)];
}

/** One message as somebody has it, against how it must stand. */
export function stateDifferences(message: MessageView, due: DueMessage): readonly string[] {
  const isDeleted = message.deletedAt !== undefined;
  const differences: string[] = [];
  if (message.senderId !== due.senderId) differences.push(`is of ${message.senderId} instead of ${due.senderId}`);
  if (message.clientMessageId !== due.clientMessageId)
    differences.push(`is ${message.clientMessageId} instead of ${due.clientMessageId}`);
  if (!due.deleted.allows(isDeleted)) differences.push(isDeleted ? 'is deleted' : 'is not deleted any more');
  if (isDeleted) differences.push(...leftovers(message));
  else if (!due.deleted.value)
    differences.push(...contentDifferences(message, due), ...reactionDifferences(message, due));
  return differences;
}

const leftovers = ({ content, pinned, reactions = [] }: MessageView): readonly string[] =>
  content === undefined && pinned === undefined && reactions.length === 0 ? [] : ['is not empty, though deleted'];

function contentDifferences({ content, pinned }: MessageView, due: DueMessage): readonly string[] {
  const text = content?.type === 'text.v1' ? content.text : undefined;
  const isRight = text !== undefined && due.text.allows(text);
  const differences = isRight ? [] : [`says “${text ?? 'nothing'}” instead of “${due.text.value}”`];
  const isPinned = pinned === true;
  if (!due.pinned.allows(isPinned)) differences.push(isPinned ? 'is pinned' : 'is not pinned');
  return differences;
}

function reactionDifferences({ reactions = [] }: MessageView, due: DueMessage): readonly string[] {
  const have = new Set(reactions.flatMap(({ emoji, userIds }) => userIds.map((userId) => reactionKey(userId, emoji))));
  const wrong = [...due.reactions].filter(([key, reaction]) => !reaction.allows(have.has(key)));
  const unknown = [...have].filter((key) => !due.reactions.has(key));
  return [
    ...wrong.map(([key]) => `${have.has(key) ? 'has' : 'lacks'} the reaction ${key}`),
    ...unknown.map((key) => `has the reaction ${key}, which nobody made`),
  ];
}

/** The pins of a conversation, in any order, against what must stand. */
export function pinDifferences(pins: readonly number[], ledger: Ledger): readonly string[] {
  const differences: string[] = [];
  if (new Set(pins).size !== pins.length) differences.push(`pinned twice: ${pins.join(' ')}`);
  for (const sequence of pins)
    if (!ledger.messages.has(sequence)) differences.push(`${sequence} is pinned, which nobody did`);
  for (const { sequence, pinned, deleted } of ledger.messages.values()) {
    const isPinned = pins.includes(sequence);
    // Deleting a message unpins it.
    const isRight = isPinned ? !deleted.value && pinned.allows(true) : deleted.allows(true) || pinned.allows(false);
    if (!isRight) differences.push(`${sequence} is ${isPinned ? '' : 'not '}among the pins`);
  }
  return differences;
}
