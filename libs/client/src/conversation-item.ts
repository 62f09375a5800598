import type { ConversationView, InboxEntry, MessageView, ReceiptsView, SettingsView } from '@parley/protocol';
import type { ConversationState } from './state/local-state.js';
import { readStateOf } from './state/read-state.js';

/** A row of the conversation list, as this device knows it now. */
export interface ConversationItem {
  readonly id: string;
  /** Null while only changes of it are known. */
  readonly conversation: ConversationView | null;
  readonly role: InboxEntry['role'] | null;
  readonly lastMessage: MessageView | null;
  /** Read up to here. */
  readonly read: number;
  /** Exactly; derived from sequences. */
  readonly unread: number;
  readonly mentions: number;
  readonly settings: SettingsView | null;
  readonly receipts: ReceiptsView | null;
}

export function itemOf(state: ConversationState): ConversationItem {
  const { read, unread, mentions, lastSequence } = readStateOf(state);
  return {
    id: state.id,
    // Messages move the end of a conversation on without a word about the conversation.
    conversation: state.view === null ? null : { ...state.view.value, lastSequence },
    role: state.role?.value ?? null,
    lastMessage: state.timeline.last?.message ?? null,
    read,
    unread,
    mentions,
    settings: state.settings?.value ?? null,
    receipts: state.receipts?.value ?? null,
  };
}

/** Newest activity first, as the server lists them; for display. */
export const byActivity = (a: ConversationItem, b: ConversationItem): number =>
  timeOf(b).localeCompare(timeOf(a)) || a.id.localeCompare(b.id);

const timeOf = (item: ConversationItem): string => item.lastMessage?.time ?? item.conversation?.startedAt ?? '';

/** How many other members have at least received or read the message with this sequence, of the aggregate. */
export function reachedBy(steps: ReceiptsView['read'], sequence: number): number {
  let members = 0;
  for (const [upTo, count] of steps) if (upTo >= sequence) members = Math.max(members, count);
  return members;
}

/** The text of a message; undefined when it is deleted or sealed. */
export const textOf = (message: MessageView): string | undefined =>
  message.content?.type === 'text.v1' ? message.content.text : undefined;
