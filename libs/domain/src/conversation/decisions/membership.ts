import type { MemberAdded, MemberLeft, MemberRemoved } from '@parley/events';
import { accept, type Decision, nothingToDo, refuse } from '../../decision.js';
import { limits } from '../../limits.js';
import { checkRoom } from '../checks.js';
import { authorise, outranks } from '../permissions.js';
import { type ConversationState, memberOf } from '../state.js';

export interface AddMembers {
  readonly actorId: string;
  /** 1 to limits.membersPerAdd people who exist (the caller has looked); members and repetitions are passed over. */
  readonly userIds: readonly string[];
}

export function addMembers(state: ConversationState, command: AddMembers): Decision<MemberAdded> {
  const access = authorise(state, command.actorId, 'add');
  if (!access.ok) return access;
  const asked = new Set(command.userIds);
  if (asked.size > limits.membersPerAdd) {
    return refuse({ code: 'member_limit', details: { limit: limits.membersPerAdd, actual: asked.size } });
  }
  const newcomers = [...asked].filter((userId) => memberOf(state, userId) === null);
  const full = checkRoom(access.conversation, newcomers.length);
  if (full !== null) return refuse(full);
  const { lastSequence } = access.conversation;
  return accept(
    ...newcomers.map((userId): MemberAdded => ({
      type: 'MemberAdded.v1',
      data: { userId, role: 'member', addedBy: command.actorId, afterSequence: lastSequence },
    })),
  );
}

export interface RemoveMember {
  readonly actorId: string;
  readonly userId: string;
}

/** Only people of a lower role than one's own. A former member is removed already; a stranger is not a member. */
export function removeMember(state: ConversationState, command: RemoveMember): Decision<MemberRemoved> {
  const access = authorise(state, command.actorId, 'remove');
  if (!access.ok) return access;
  const { actorId, userId } = command;
  const { people, lastSequence } = access.conversation;
  const person = people.get(userId);
  if (person === undefined) return refuse({ code: 'not_a_member', details: { userIds: [userId] } });
  if (person.role === null) return nothingToDo;
  if (!outranks(access.member.role, person.role)) return refuse({ code: 'forbidden' });
  return accept({ type: 'MemberRemoved.v1', data: { userId, removedBy: actorId, afterSequence: lastSequence } });
}

export interface LeaveConversation {
  readonly actorId: string;
}

/** The owner can only leave as the last one; a conversation that everybody has left is over. Left is left: no events. */
export function leaveConversation(state: ConversationState, command: LeaveConversation): Decision<MemberLeft> {
  const { actorId } = command;
  if (state.phase === 'started' && state.people.get(actorId)?.role === null) return nothingToDo;
  const access = authorise(state, actorId, 'leave');
  if (!access.ok) return access;
  const { memberCount, lastSequence } = access.conversation;
  if (access.member.role === 'owner' && memberCount > 1) return refuse({ code: 'last_owner' });
  return accept({ type: 'MemberLeft.v1', data: { userId: actorId, afterSequence: lastSequence } });
}
