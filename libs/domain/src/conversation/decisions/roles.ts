import type { MemberRoleChanged, OwnershipTransferred } from '@parley/events';
import { accept, type Decision, nothingToDo, refuse } from '../../decision.js';
import { asMember, authorise } from '../permissions.js';
import { type ConversationState, memberOf } from '../state.js';

export interface ChangeRole {
  readonly actorId: string;
  readonly userId: string;
  /** Ownership is transferred, not given: transferOwnership. */
  readonly role: 'admin' | 'member';
}

export function changeRole(state: ConversationState, command: ChangeRole): Decision<MemberRoleChanged> {
  const access = authorise(state, command.actorId, 'change-role');
  if (!access.ok) return access;
  const { actorId, userId, role } = command;
  const member = memberOf(state, userId);
  if (member === null) return refuse({ code: 'not_a_member', details: { userIds: [userId] } });
  if (member.role === 'owner') return refuse({ code: 'forbidden' });
  if (member.role === role) return nothingToDo;
  return accept({ type: 'MemberRoleChanged.v1', data: { userId, role, changedBy: actorId } });
}

export interface TransferOwnership {
  readonly actorId: string;
  readonly userId: string;
}

/** The old owner becomes an admin, so saying it twice must ask who owns it before asking for the right. */
export function transferOwnership(
  state: ConversationState,
  command: TransferOwnership,
): Decision<OwnershipTransferred> {
  const { actorId, userId } = command;
  const anyone = asMember(state, actorId);
  if (anyone.ok && anyone.conversation.ownerId === userId) return nothingToDo;
  const access = authorise(state, actorId, 'transfer-ownership');
  if (!access.ok) return access;
  if (memberOf(state, userId) === null) return refuse({ code: 'not_a_member', details: { userIds: [userId] } });
  return accept({ type: 'OwnershipTransferred.v1', data: { from: actorId, to: userId } });
}
