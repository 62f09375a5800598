import { describe, expect, it } from 'vitest';
import { scenarios } from '../../given-when-then.kit.js';
import { limits } from '../../limits.js';
import { direct, group, invited, joined, left, sent } from '../conversation.kit.js';
import { conversationDefinition, type ConversationState } from '../index.js';
import { createInvite, joinByInvite, revokeInvite } from './invites.js';

const { given } = scenarios(conversationDefinition, expect);
const now = 1_000;
const revoked = (inviteId: string, revokedBy = 'anna') =>
  ({ type: 'InviteRevoked.v1', data: { inviteId, revokedBy } }) as const;

describe('create an invite', () => {
  const command = { inviteId: 'i1', codeHash: 'hash of i1', expiresAt: null, maxUses: null, now };

  it('is made by an admin', () => {
    given(group)
      .when((state) => createInvite(state, { ...command, actorId: 'anna' }))
      .thenEvents(invited('i1'));
  });
  it('clears expired ones away', () => {
    given(group, invited('old', { expiresAt: now }), invited('young', { expiresAt: now + 1 }))
      .when((state) => createInvite(state, { ...command, actorId: 'anna' }))
      .thenEvents(revoked('old'), invited('i1'));
  });
  it('is refused above the limit of open ones', () => {
    const limit = limits.invitesPerConversation;
    const open = Array.from({ length: limit }, (_, i) => invited(`open ${i}`));
    given(group, ...open)
      .when((state) => createInvite(state, { ...command, actorId: 'anna' }))
      .thenRefused('invite_limit', { limit, actual: limit + 1 });
    given(group, ...open.slice(1), invited('old', { expiresAt: 1 }))
      .when((state) => createInvite(state, { ...command, actorId: 'anna' }))
      .thenEvents(revoked('old'), invited('i1'));
  });
  it.each([
    [group, 'cleo', 'forbidden'],
    [group, 'eve', 'conversation_not_found'],
    [direct, 'anna', 'direct_conversation_fixed'],
  ] as const)('is refused %#', (history, actorId, code) => {
    given(history)
      .when((state) => createInvite(state, { ...command, actorId }))
      .thenRefused(code);
  });
});

describe('revoke an invite', () => {
  it('closes it', () => {
    given(group, invited('i1'))
      .when((state) => revokeInvite(state, { actorId: 'ben', inviteId: 'i1' }))
      .thenEvents(revoked('i1', 'ben'));
  });
  it('does nothing for an unknown one', () => {
    given(group)
      .when((state) => revokeInvite(state, { actorId: 'ben', inviteId: 'i1' }))
      .thenNothing();
  });
  it('is refused to a member', () => {
    given(group, invited('i1'))
      .when((state) => revokeInvite(state, { actorId: 'cleo', inviteId: 'i1' }))
      .thenRefused('forbidden');
  });
});

describe('join by invite', () => {
  const join = (state: ConversationState) => joinByInvite(state, { actorId: 'eve', codeHash: 'hash of i1', now });

  it('opens a window after the last message', () => {
    given(group, sent(1), invited('i1'))
      .when(join)
      .thenEvents(joined('eve', 'i1', 1));
  });
  it('does nothing for a member, whatever the code', () => {
    given(group)
      .when((state) => joinByInvite(state, { actorId: 'dan', codeHash: 'nonsense', now }))
      .thenNothing();
  });
  it('takes back who has left', () => {
    given(group, invited('i1'), joined('eve', 'i1', 0), sent(1), left('eve', 1), sent(2))
      .when(join)
      .thenEvents(joined('eve', 'i1', 2));
  });
  it.each([
    ['that does not exist', [group]],
    ['of nothing', []],
    ['that is revoked', [group, invited('i1'), revoked('i1')]],
    ['that is expired', [group, invited('i1', { expiresAt: now })]],
    ['that is used up', [group, invited('i1', { maxUses: 2 }), joined('f', 'i1', 0), joined('g', 'i1', 0)]],
    ['to where nobody is left', [group, invited('i1'), ...['ben', 'cleo', 'dan', 'anna'].map((id) => left(id, 0))]],
  ])('is refused alike with a code %s', (_, history) => {
    given(...history)
      .when(join)
      .thenRefused('invite_invalid');
  });
  it('works until it is used up', () => {
    given(group, invited('i1', { maxUses: 2 }), joined('f', 'i1', 0))
      .when(join)
      .thenEvents(joined('eve', 'i1', 0));
  });
  it('is refused when the group is full', () => {
    const { state } = given(group, invited('i1'));
    const full = { ...state, memberCount: limits.groupMembers } as ConversationState;
    expect(join(full)).toMatchObject({ refusal: { code: 'member_limit' } });
  });
});
