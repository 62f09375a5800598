import type { MessageView, NoticeView } from '@parley/protocol';
import { comparePositions } from '../position.js';
import type { ConversationState, LocalState, StateEvent } from './local-state.js';
import { noteMessage } from './read-state.js';

/**
 * `provisional`: put together on this side from what was sent and accepted; the server's view takes its
 * place.
 */
export function applyMessage(
  state: LocalState,
  conversation: ConversationState,
  message: MessageView,
  position: string,
  provisional: boolean,
): readonly StateEvent[] {
  const { timeline } = conversation;
  const insertion = timeline.insert(provisional ? { message, position, provisional } : { message, position });
  if (insertion === 'stale') return [];
  noteMessage(conversation, message, state.userId);
  const events: StateEvent[] = insertion === 'changed' ? [{ type: 'messageChanged', message }] : announce(conversation);
  events.push({ type: 'conversation', conversationId: conversation.id });
  return events;
}

/** The messages that are due, after something was inserted or a hole was closed. */
export const announce = (conversation: ConversationState): StateEvent[] =>
  conversation.timeline.announce().map((message) => ({ type: 'message', message }));

export function applyNotice(
  state: LocalState,
  conversation: ConversationState,
  notice: NoticeView,
): readonly StateEvent[] {
  if (!insertNotice(conversation, notice, state.limits.notices)) return [];
  if (comparePositions(notice.position, conversation.noticedUpTo) <= 0) return [];
  conversation.noticedUpTo = notice.position;
  return [{ type: 'notice', notice }];
}

/** A notice never changes: it is there or it is not. False: it was there, or is older than those that are kept. */
function insertNotice(conversation: ConversationState, notice: NoticeView, limit: number): boolean {
  const { notices } = conversation;
  let at = notices.length;
  for (; at > 0; at--) {
    const order = comparePositions(notice.position, notices[at - 1]?.position ?? '');
    if (order === 0) return false;
    if (order > 0) break;
  }
  notices.splice(at, 0, notice);
  if (notices.length > limit) notices.shift();
  return limit === 0 || at > 0 || notices[0] === notice;
}
