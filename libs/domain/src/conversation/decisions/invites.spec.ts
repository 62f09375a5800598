import { describe, expect, it } from 'vitest';
import { refused, scenarios } from '../../given-when-then.kit.js';
import { limits } from '../../limits.js';
import { direct, group, invited, joined, left, sent } from '../conversation.kit.js';
import { conversationDefinition, type ConversationState } from '../index.js';
import { createInvite, joinByInvite, revokeInvite } from './invites.js';

const { given, events } = scenarios(conversationDefinition, expect);
const now = 1_000;
const revoked = (inviteId: string, revokedBy = 'anna') =>
  ({ type: 'InviteRevoked.v1', data: { inviteId, revokedBy } }) as const;

describe('create an invite', () => {
  const command = { inviteId: 'i1', codeHash: 'hash of i1', expiresAt: null, maxUses: null, now };

  it('is made by an admin', () => {
    expect(given(group).when((state) => createInvite(state, { ...command, actorId: 'anna' }))).toEqual(
      events(invited('i1')),
    );
  });
  it('clears expired ones away', () => {
    expect(
      given(group, invited('old', { expiresAt: now }), invited('young', { expiresAt: now + 1 })).when((state) =>
        createInvite(state, { ...command, actorId: 'anna' }),
      ),
    ).toEqual(events(revoked('old'), invited('i1')));
  });
  it('is refused above the limit of open ones', () => {
    const limit = limits.invitesPerConversation;
    const open = Array.from({ length: limit }, (_, i) => invited(`open ${i}`));
    expect(given(group, ...open).when((state) => createInvite(state, { ...command, actorId: 'anna' }))).toEqual(
      refused('invite_limit', { limit, actual: limit + 1 }),
    );
    expect(
      given(group, ...open.slice(1), invited('old', { expiresAt: 1 })).when((state) =>
        createInvite(state, { ...command, actorId: 'anna' }),
      ),
    ).toEqual(events(revoked('old'), invited('i1')));
  });
  it.each([
    [group, 'cleo', 'forbidden'],
    [group, 'eve', 'conversation_not_found'],
    [direct, 'anna', 'direct_conversation_fixed'],
  ] as const)('is refused %#', (history, actorId, code) => {
    expect(given(history).when((state) => createInvite(state, { ...command, actorId }))).toEqual(refused(code));
  });
});

describe('revoke an invite', () => {
  it('closes it', () => {
    expect(
      given(group, invited('i1')).when((state) => revokeInvite(state, { actorId: 'ben', inviteId: 'i1' })),
    ).toEqual(events(revoked('i1', 'ben')));
  });
  it('does nothing for an unknown one', () => {
    expect(given(group).when((state) => revokeInvite(state, { actorId: 'ben', inviteId: 'i1' }))).toEqual(events());
  });
  it('is refused to a member', () => {
    expect(
      given(group, invited('i1')).when((state) => revokeInvite(state, { actorId: 'cleo', inviteId: 'i1' })),
    ).toEqual(refused('forbidden'));
  });
});

describe('join by invite', () => {
  const join = (state: ConversationState) => joinByInvite(state, { actorId: 'eve', codeHash: 'hash of i1', now });

  it('opens a window after the last message', () => {
    expect(given(group, sent(1), invited('i1')).when(join)).toEqual(events(joined('eve', 'i1', 1)));
  });
  it('does nothing for a member, whatever the code', () => {
    expect(given(group).when((state) => joinByInvite(state, { actorId: 'dan', codeHash: 'nonsense', now }))).toEqual(
      events(),
    );
  });
  it('takes back who has left', () => {
    expect(given(group, invited('i1'), joined('eve', 'i1', 0), sent(1), left('eve', 1), sent(2)).when(join)).toEqual(
      events(joined('eve', 'i1', 2)),
    );
  });
  it.each([
    ['that does not exist', [group]],
    ['of nothing', []],
    ['that is revoked', [group, invited('i1'), revoked('i1')]],
    ['that is expired', [group, invited('i1', { expiresAt: now })]],
    ['that is used up', [group, invited('i1', { maxUses: 2 }), joined('f', 'i1', 0), joined('g', 'i1', 0)]],
    ['to where nobody is left', [group, invited('i1'), ...['ben', 'cleo', 'dan', 'anna'].map((id) => left(id, 0))]],
  ])('is refused alike with a code %s', (_, history) => {
    expect(given(...history).when(join)).toEqual(refused('invite_invalid'));
  });
  it('works until it is used up', () => {
    expect(given(group, invited('i1', { maxUses: 2 }), joined('f', 'i1', 0)).when(join)).toEqual(
      events(joined('eve', 'i1', 0)),
    );
  });
  it('is refused when the group is full', () => {
    const { state } = given(group, invited('i1'));
    const full = { ...state, memberCount: limits.groupMembers } as ConversationState;
    expect(join(full)).toMatchObject({ refusal: { code: 'member_limit' } });
  });
});
