import type { ConversationStarted, MemberRole } from '@parley/events';
import { accept, checkBytes, type Decision, nothingToDo, refuse } from '../../decision.js';
import { limits } from '../../limits.js';
import { type ConversationState, memberOf } from '../state.js';

export interface StartDirect {
  /** A function of the two people, whoever starts: made by the caller. */
  readonly conversationId: string;
  readonly actorId: string;
  readonly otherId: string;
  /** The other person has blocked the actor. */
  readonly blocked: boolean;
}

/** Started twice, by either of the two, it is the same conversation: nothing happens. */
export function startDirect(state: ConversationState, command: StartDirect): Decision<ConversationStarted> {
  const { conversationId, actorId, otherId } = command;
  if (state.phase === 'started') {
    const same = state.kind === 'direct' && memberOf(state, actorId) !== null && memberOf(state, otherId) !== null;
    return same ? nothingToDo : refuse({ code: 'conversation_exists' });
  }
  if (actorId === otherId) return refuse({ code: 'self_not_allowed' });
  if (command.blocked) return refuse({ code: 'message_refused' });
  const members = [actorId, otherId].map((userId) => ({ userId, role: 'member' as const }));
  return accept({
    type: 'ConversationStarted.v1',
    data: { conversationId, kind: 'direct', title: null, description: null, members, startedBy: actorId },
  });
}

export interface StartGroupOrChannel {
  readonly conversationId: string;
  readonly kind: 'group' | 'channel';
  /** Becomes the owner. */
  readonly actorId: string;
  readonly title: string | null;
  readonly description: string | null;
  /** The others; the actor and repetitions are ignored. */
  readonly memberIds: readonly string[];
}

/** Started again under its id by the same person nothing happens; under somebody else's id it is refused. */
export function startGroupOrChannel(
  state: ConversationState,
  command: StartGroupOrChannel,
): Decision<ConversationStarted> {
  const { conversationId, kind, actorId, title, description } = command;
  if (state.phase === 'started') {
    const same = state.kind === kind && state.startedBy === actorId;
    return same ? nothingToDo : refuse({ code: 'conversation_exists' });
  }
  const others = new Set(command.memberIds);
  others.delete(actorId);
  if (others.size + 1 > limits.membersAtStart) {
    return refuse({ code: 'member_limit', details: { limit: limits.membersAtStart, actual: others.size + 1 } });
  }
  const tooLong =
    (title === null ? null : checkBytes('title', title, 1, limits.titleBytes)) ??
    (description === null ? null : checkBytes('description', description, 0, limits.descriptionBytes));
  if (tooLong !== null) return tooLong;
  const members: { userId: string; role: MemberRole }[] = [{ userId: actorId, role: 'owner' }];
  for (const userId of others) members.push({ userId, role: 'member' });
  return accept({
    type: 'ConversationStarted.v1',
    data: { conversationId, kind, title, description, members, startedBy: actorId },
  });
}
