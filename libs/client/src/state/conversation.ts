import type { InboxEntry } from '@parley/protocol';
import { noPosition } from '../position.js';
import type { ConversationState, LocalState } from './local-state.js';
import { Timeline } from './timeline.js';

/** A conversation of which only a change came so far. `announced`: what was in an earlier membership. */
export function unknownConversation(id: string, state: LocalState, announced = 0): ConversationState {
  const timeline = new Timeline(announced, state.limits.messages);
  timeline.anchored = false;
  return {
    id,
    joinedAt: noPosition,
    afterSequence: 0,
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
 * A conversation as its row in the list says. Messages up to `announced` need not be announced any more; those above,
 * up to the conversation's last, are expected.
 */
export function listedConversation(entry: InboxEntry, announced: number, state: LocalState): ConversationState {
  const { lastMessage } = entry;
  const timeline = new Timeline(announced, state.limits.messages);
  timeline.expect(entry.conversation.lastSequence);
  // The entry does not say of which position the message is: any change of it wins.
  if (lastMessage?.sequence === announced) timeline.insert({ message: lastMessage, position: noPosition });
  return conversationOf(entry, noPosition, timeline, state);
}

/**
 * A conversation that one has joined: everything said since is expected. `announced`: up to here it was announced
 * already, in an earlier membership or before this one was told of.
 */
export function joinedConversation(
  entry: InboxEntry,
  position: string,
  announced: number,
  state: LocalState,
): ConversationState {
  const timeline = new Timeline(Math.max(entry.afterSequence, announced), state.limits.messages);
  timeline.expect(entry.conversation.lastSequence);
  timeline.readable = entry.afterSequence;
  return conversationOf(entry, position, timeline, state);
}

function conversationOf(entry: InboxEntry, position: string, timeline: Timeline, state: LocalState): ConversationState {
  const { conversation, lastMessage } = entry;
  if (lastMessage !== null && lastMessage.sequence >= (timeline.last?.message.sequence ?? 0))
    timeline.last = { message: lastMessage, position: noPosition };
  return {
    ...unknownConversation(conversation.id, state),
    joinedAt: position,
    afterSequence: entry.afterSequence,
    view: { value: conversation, position },
    role: { value: entry.role, position },
    readState: { value: entry.readState, position },
    settings: { value: entry.settings, position },
    receipts: { value: entry.receipts, position },
    timeline,
  };
}
