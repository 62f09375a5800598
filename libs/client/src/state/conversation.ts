import type { InboxEntry } from '@parley/protocol';
import { noPosition } from '../position.js';
import type { ConversationState, LocalState } from './local-state.js';
import { Timeline } from './timeline.js';

/** A conversation of which only a change came so far. */
export function unknownConversation(id: string, state: LocalState): ConversationState {
  const timeline = new Timeline(0, state.limits.messages);
  timeline.anchored = false;
  return {
    id,
    joinedAt: noPosition,
    view: null,
    role: null,
    readState: null,
    settings: null,
    receipts: null,
    members: new Map(),
    notices: [],
    noticedUpTo: noPosition,
    timeline,
    ownLast: 0,
    readHere: 0,
    mentionedAt: new Set(),
  };
}

/**
 * A conversation as its entry says. Messages up to `announced` need not be announced any more; those above, up to the
 * conversation's last, are expected.
 */
export function conversationFrom(
  entry: InboxEntry,
  position: string,
  announced: number,
  state: LocalState,
): ConversationState {
  const { conversation, lastMessage } = entry;
  const timeline = new Timeline(announced, state.limits.messages);
  timeline.expect(conversation.lastSequence);
  if (lastMessage !== null) {
    // The entry does not say of which position the message is: any change of it wins.
    const held = { message: lastMessage, position: noPosition };
    if (lastMessage.sequence === announced) timeline.insert(held);
    else timeline.last = held;
  }
  return {
    ...unknownConversation(conversation.id, state),
    joinedAt: position,
    view: { value: conversation, position },
    role: { value: entry.role, position },
    readState: { value: entry.readState, position },
    settings: { value: entry.settings, position },
    receipts: { value: entry.receipts, position },
    timeline,
  };
}
