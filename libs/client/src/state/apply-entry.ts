import type { InboxEntry, ServerFrameOf } from '@parley/protocol';
import { noPosition } from '../position.js';
import { expectAccepted } from './apply-accepted.js';
import { announce, applyMessage } from './apply-message.js';
import { listedConversation } from './conversation.js';
import type { ConversationState, LocalState, StateEvent } from './local-state.js';
import { pruneMentions } from './read-state.js';
import type { HeldMessage } from './timeline.js';

/**
 * A row of the conversation list, for a device without cursor. What was said before is history, not news: only what
 * follows is announced. After a reset, what was said since the last announced message is expected as well.
 */
export function applySnapshotEntry(state: LocalState, entry: InboxEntry): readonly StateEvent[] {
  const { id, lastSequence } = entry.conversation;
  const before = state.announcedBefore.get(id);
  state.announcedBefore.delete(id);
  const announced = before === undefined ? lastSequence : Math.max(before, entry.afterSequence);
  const conversation = listedConversation(entry, Math.min(announced, lastSequence), state);
  state.departed.delete(id);
  state.conversations.set(id, conversation);
  expectAccepted(state, conversation);
  return [{ type: 'conversation', conversationId: id }];
}

/** The entry of a conversation of which only changes had come: fills in what is not known, and anchors it. */
export function anchorConversation(state: LocalState, entry: InboxEntry): readonly StateEvent[] {
  const conversation = state.conversations.get(entry.conversation.id);
  if (conversation === undefined || conversation.timeline.anchored) return [];
  conversation.timeline.anchored = true;
  conversation.view ??= { value: entry.conversation, position: noPosition };
  conversation.role ??= { value: entry.role, position: noPosition };
  conversation.readState ??= { value: entry.readState, position: noPosition };
  conversation.settings ??= { value: entry.settings, position: noPosition };
  conversation.receipts ??= { value: entry.receipts, position: noPosition };
  pruneMentions(conversation);
  expectAccepted(state, conversation);
  return [{ type: 'conversation', conversationId: conversation.id }];
}

type HistoryEntries = ServerFrameOf<'history'>['entries'];

/**
 * A page of what follows the hole's beginning. History is complete up to the last message that it shows, and up to what
 * had been pushed when it was asked (`readable`): what it leaves out below is not ours to see. What lies above may not
 * be projected yet.
 */
export function fillHole(
  state: LocalState,
  conversation: ConversationState,
  hole: readonly [from: number, to: number],
  readable: number,
  page: { readonly entries: HistoryEntries; readonly hasMoreAfter: boolean },
): readonly StateEvent[] {
  const messages = messagesOf(page.entries);
  const events: StateEvent[] = [];
  for (const { message, position } of messages)
    events.push(...applyMessage(state, conversation, message, position, false));
  const last = messages.at(-1)?.message.sequence ?? 0;
  const complete = page.hasMoreAfter ? last : Math.max(last, readable);
  return [...events, ...closeHole(conversation, [hole[0], Math.min(complete, hole[1])])];
}

/** What is still missing of the hole is not ours to see. */
function closeHole(conversation: ConversationState, [from, to]: readonly [number, number]): StateEvent[] {
  if (from > to) return [];
  conversation.timeline.missing.remove(from, to);
  return [...announce(conversation), { type: 'conversation', conversationId: conversation.id }];
}

/** A page that reaches down from the window: the window grows by it. */
export function prependHistory(conversation: ConversationState, entries: HistoryEntries): void {
  conversation.timeline.prepend(messagesOf(entries));
}

const messagesOf = (entries: HistoryEntries): HeldMessage[] =>
  entries.flatMap((entry) => (entry.kind === 'message' ? [{ message: entry.message, position: entry.position }] : []));
