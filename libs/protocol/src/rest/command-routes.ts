import { z } from 'zod';
import { conversationId, userId } from '../frames.js';
import { conversationKind, memberRole } from '../views.js';
import { onConversation, writeErrorsAnd } from './command-shapes.js';
import { defineRoutes } from './route.js';

const onMember = z.strictObject({ conversationId, userId });
const inviteId = z.string().regex(/^inv_[A-Za-z0-9_-]{4,40}$/);

export const startedView = z.object({
  conversationId: z.string(),
  /** false: it was there already. */
  created: z.boolean(),
});

export const inviteView = z.object({
  inviteId: z.string(),
  /** The secret of the link; told here only. */
  code: z.string(),
  expiresAt: z.string().nullable(),
  maxUses: z.int().nullable(),
});

/** What people change in conversations. Every answer has the position of what was written in `Parley-Position`. */
export const conversationCommandRoutes = defineRoutes({
  startConversation: {
    method: 'POST',
    path: '/v1/conversations',
    app: 'command-api',
    tag: 'conversations',
    summary: 'Starts a conversation; a direct one that is there already is answered with 200',
    access: 'self',
    body: z.strictObject({
      kind: conversationKind,
      /** Everybody but yourself. Exactly one for a direct conversation. */
      memberIds: z.array(userId).max(5_000).default([]),
      title: z.string().min(1).max(256).optional(),
      description: z.string().max(2_048).optional(),
    }),
    status: 201,
    response: startedView,
    otherResponses: { 200: startedView },
    idempotent: true,
    errors: [
      'user_not_found',
      'message_refused',
      'self_not_allowed',
      'idempotency_conflict',
      'title_too_long',
      'description_too_long',
      'member_limit',
      'log_unavailable',
      'conflict',
      'overloaded',
    ],
  },
  changeConversation: {
    method: 'PATCH',
    path: '/v1/conversations/:conversationId',
    app: 'command-api',
    tag: 'conversations',
    summary: 'Changes title and description',
    access: 'admin',
    params: onConversation,
    body: z.strictObject({
      title: z.string().min(1).max(256).optional(),
      /** Empty: none. */
      description: z.string().max(2_048).optional(),
    }),
    status: 204,
    errors: writeErrorsAnd('forbidden', 'direct_conversation_fixed', 'title_too_long', 'description_too_long'),
  },
  leaveConversation: {
    method: 'POST',
    path: '/v1/conversations/:conversationId/leave',
    app: 'command-api',
    tag: 'members',
    summary: 'Leaves the conversation',
    access: 'member',
    params: onConversation,
    status: 204,
    errors: writeErrorsAnd('last_owner', 'direct_conversation_fixed'),
  },
  addMembers: {
    method: 'POST',
    path: '/v1/conversations/:conversationId/members',
    app: 'command-api',
    tag: 'members',
    summary: 'Adds people; those who are members already are passed over',
    access: 'admin',
    params: onConversation,
    body: z.strictObject({ userIds: z.array(userId).min(1).max(500) }),
    status: 204,
    errors: writeErrorsAnd('forbidden', 'direct_conversation_fixed', 'user_not_found', 'member_limit'),
  },
  changeRole: {
    method: 'PATCH',
    path: '/v1/conversations/:conversationId/members/:userId',
    app: 'command-api',
    tag: 'members',
    summary: 'Makes a member an admin, or an admin a member',
    access: 'owner',
    params: onMember,
    body: z.strictObject({ role: memberRole.exclude(['owner']) }),
    status: 204,
    errors: writeErrorsAnd('forbidden', 'direct_conversation_fixed', 'not_a_member'),
  },
  removeMember: {
    method: 'DELETE',
    path: '/v1/conversations/:conversationId/members/:userId',
    app: 'command-api',
    tag: 'members',
    summary: 'Removes a member: from this moment on they see nothing new and nothing old',
    access: 'admin',
    params: onMember,
    status: 204,
    errors: writeErrorsAnd('forbidden', 'direct_conversation_fixed', 'not_a_member'),
  },
  transferOwnership: {
    method: 'POST',
    path: '/v1/conversations/:conversationId/owner',
    app: 'command-api',
    tag: 'members',
    summary: 'Makes another member the owner; you become an admin',
    access: 'owner',
    params: onConversation,
    body: z.strictObject({ userId }),
    status: 204,
    errors: writeErrorsAnd('forbidden', 'direct_conversation_fixed', 'not_a_member'),
  },
  createInvite: {
    method: 'POST',
    path: '/v1/conversations/:conversationId/invites',
    app: 'command-api',
    tag: 'members',
    summary: 'Makes an invite link; its code is told this once',
    access: 'admin',
    params: onConversation,
    body: z.strictObject({
      /** RFC 3339; null or absent: never. */
      expiresAt: z.iso.datetime({ offset: true }).nullable().optional(),
      /** null or absent: as many as like. */
      maxUses: z.int().min(1).max(100_000).nullable().optional(),
    }),
    status: 201,
    response: inviteView,
    errors: writeErrorsAnd('forbidden', 'direct_conversation_fixed', 'invite_limit'),
  },
  revokeInvite: {
    method: 'DELETE',
    path: '/v1/conversations/:conversationId/invites/:inviteId',
    app: 'command-api',
    tag: 'members',
    summary: 'Makes an invite link useless',
    access: 'admin',
    params: z.strictObject({ conversationId, inviteId }),
    status: 204,
    errors: writeErrorsAnd('forbidden', 'direct_conversation_fixed'),
  },
  joinByInvite: {
    method: 'POST',
    path: '/v1/invites/join',
    app: 'command-api',
    tag: 'members',
    summary: 'Joins by the code of an invite link',
    access: 'self',
    body: z.strictObject({ code: z.string().min(1).max(256) }),
    status: 200,
    response: z.object({ conversationId: z.string() }),
    errors: ['invite_invalid', 'member_limit', 'user_not_found', 'log_unavailable', 'conflict', 'overloaded'],
  },
});
