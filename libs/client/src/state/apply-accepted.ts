import type { MessageView } from '@parley/protocol';
import { applyMessage } from './apply-message.js';
import type { ConversationState, LocalState, StateEvent } from './local-state.js';

/**
 * A message of one's own was accepted: it is shown in its place before it comes back as a change.
 *
 * Of a membership that this device was not told of yet it only remembers that there is such a message: where that
 * membership begins is not known, and what others said in it before would be passed over for good.
 */
export function applyAccepted(
  state: LocalState,
  message: MessageView,
  position: string,
  repeated: boolean,
): readonly StateEvent[] {
  const { conversationId, sequence } = message;
  const conversation = state.conversations.get(conversationId);
  if (conversation === undefined || !conversation.timeline.anchored) {
    noteAccepted(state, conversationId, sequence);
    return [];
  }
  // Repeated: it may have been edited since, in a change that came before.
  if (repeated && sequence <= conversation.timeline.announced) return [];
  return applyMessage(state, conversation, message, position, true);
}

/** This membership is over: what was accepted and still waits for others belongs to a later one. */
export function keepAccepted(state: LocalState, { id, timeline }: ConversationState): void {
  for (const { message, provisional } of timeline.held.values())
    if (provisional === true && message.sequence > timeline.announced) noteAccepted(state, id, message.sequence);
}

/** Where the conversation stands is known now: what was accepted before is there, or is fetched. */
export function expectAccepted(state: LocalState, { id, timeline }: ConversationState): void {
  timeline.expect(state.acceptedAhead.get(id) ?? 0);
  state.acceptedAhead.delete(id);
}

function noteAccepted(state: LocalState, conversationId: string, sequence: number): void {
  state.acceptedAhead.set(conversationId, Math.max(sequence, state.acceptedAhead.get(conversationId) ?? 0));
}
