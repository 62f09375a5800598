import type { InviteCreated, InviteRevoked, MemberJoined } from '@parley/events';
import { accept, type Decision, nothingToDo, refuse } from '../../decision.js';
import { limits } from '../../limits.js';
import { checkRoom } from '../checks.js';
import { authorise } from '../permissions.js';
import { type ConversationState, type Invite, memberOf } from '../state.js';

export interface CreateInvite {
  readonly actorId: string;
  readonly inviteId: string;
  /** SHA-256 of the secret code, base64url. */
  readonly codeHash: string;
  /** Milliseconds since 1970 UTC; null: never. */
  readonly expiresAt: number | null;
  /** At least 1; null: as many as like. */
  readonly maxUses: number | null;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

/** Clears away the expired invites too, so the open ones in the state stay within their limit. */
export function createInvite(state: ConversationState, command: CreateInvite): Decision<InviteCreated | InviteRevoked> {
  const access = authorise(state, command.actorId, 'invite');
  if (!access.ok) return access;
  const { actorId, inviteId, codeHash, expiresAt, maxUses, now } = command;
  const { invites } = access.conversation;
  if (invites.has(inviteId)) return nothingToDo;
  const expired = [...invites].filter(([, invite]) => isExpired(invite, now)).map(([id]) => id);
  const actual = invites.size - expired.length + 1;
  const limit = limits.invitesPerConversation;
  if (actual > limit) return refuse({ code: 'invite_limit', details: { limit, actual } });
  return accept<InviteCreated | InviteRevoked>(
    ...expired.map((id): InviteRevoked => ({
      type: 'InviteRevoked.v1',
      data: { inviteId: id, revokedBy: actorId },
    })),
    { type: 'InviteCreated.v1', data: { inviteId, codeHash, createdBy: actorId, expiresAt, maxUses } },
  );
}

export interface RevokeInvite {
  readonly actorId: string;
  readonly inviteId: string;
}

/** An invite that is not open (any more) is as good as revoked. */
export function revokeInvite(state: ConversationState, command: RevokeInvite): Decision<InviteRevoked> {
  const access = authorise(state, command.actorId, 'invite');
  if (!access.ok) return access;
  const { actorId, inviteId } = command;
  if (!access.conversation.invites.has(inviteId)) return nothingToDo;
  return accept({ type: 'InviteRevoked.v1', data: { inviteId, revokedBy: actorId } });
}

export interface JoinByInvite {
  readonly actorId: string;
  readonly codeHash: string;
  readonly now: number;
}

/**
 * One refusal for every invite that does not work, and for conversations that do not exist: a code cannot be probed.
 * Also for a conversation that everybody has left. Somebody removed may come back by an invite that is still open:
 * whoever wants them out revokes it.
 */
export function joinByInvite(state: ConversationState, command: JoinByInvite): Decision<MemberJoined> {
  const { actorId, codeHash, now } = command;
  if (state.phase === 'not-started') return refuse({ code: 'invite_invalid' });
  if (memberOf(state, actorId) !== null) return nothingToDo;
  const found = [...state.invites].find(([, invite]) => invite.codeHash === codeHash);
  if (found === undefined || isExpired(found[1], now) || state.memberCount === 0) {
    return refuse({ code: 'invite_invalid' });
  }
  const full = checkRoom(state, 1);
  if (full !== null) return refuse(full);
  return accept({
    type: 'MemberJoined.v1',
    data: { userId: actorId, role: 'member', inviteId: found[0], afterSequence: state.lastSequence },
  });
}

const isExpired = (invite: Invite, now: number): boolean => invite.expiresAt !== null && invite.expiresAt <= now;
