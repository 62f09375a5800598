import { describe, expect, it } from 'vitest';
import { refused, scenarios } from '../../given-when-then.kit.js';
import { direct, group } from '../conversation.kit.js';
import { conversationDefinition } from '../index.js';
import { leaveConversation } from './membership.js';
import { changeRole, transferOwnership } from './roles.js';

const { given, events } = scenarios(conversationDefinition, expect);

describe('change a role', () => {
  it('makes a member an admin', () => {
    expect(given(group).when((state) => changeRole(state, { actorId: 'anna', userId: 'cleo', role: 'admin' }))).toEqual(
      events({ type: 'MemberRoleChanged.v1', data: { userId: 'cleo', role: 'admin', changedBy: 'anna' } }),
    );
  });
  it('makes an admin a member', () => {
    expect(given(group).when((state) => changeRole(state, { actorId: 'anna', userId: 'ben', role: 'member' }))).toEqual(
      events({ type: 'MemberRoleChanged.v1', data: { userId: 'ben', role: 'member', changedBy: 'anna' } }),
    );
  });
  it.each([
    ['an admin', group, 'ben', 'cleo', 'forbidden'],
    ['the owner for oneself', group, 'anna', 'anna', 'forbidden'],
    ['a stranger', group, 'eve', 'cleo', 'conversation_not_found'],
    ['in a direct conversation', direct, 'anna', 'ben', 'direct_conversation_fixed'],
  ] as const)('is refused: %s', (_, history, actorId, userId, code) => {
    expect(given(history).when((state) => changeRole(state, { actorId, userId, role: 'admin' }))).toEqual(
      refused(code),
    );
  });
  it('is refused for a stranger', () => {
    expect(given(group).when((state) => changeRole(state, { actorId: 'anna', userId: 'eve', role: 'admin' }))).toEqual(
      refused('not_a_member', { userIds: ['eve'] }),
    );
  });
});

describe('transfer ownership', () => {
  const transfer = { type: 'OwnershipTransferred.v1', data: { from: 'anna', to: 'cleo' } } as const;

  it('makes the old owner an admin, who may then leave', () => {
    expect(given(group).when((state) => transferOwnership(state, { actorId: 'anna', userId: 'cleo' }))).toEqual(
      events(transfer),
    );
    const { state } = given(group, transfer);
    expect(state).toMatchObject({ ownerId: 'cleo' });
    expect(leaveConversation(state, { actorId: 'anna' })).toMatchObject({ ok: true });
    expect(leaveConversation(state, { actorId: 'cleo' })).toMatchObject({ refusal: { code: 'last_owner' } });
  });
  it.each([
    ['an admin', 'ben', 'cleo', 'forbidden'],
    ['a stranger', 'eve', 'anna', 'conversation_not_found'],
  ] as const)('is refused to %s', (_, actorId, userId, code) => {
    expect(given(group).when((state) => transferOwnership(state, { actorId, userId }))).toEqual(refused(code));
  });
  it('is refused to give to a stranger', () => {
    expect(given(group).when((state) => transferOwnership(state, { actorId: 'anna', userId: 'eve' }))).toEqual(
      refused('not_a_member', { userIds: ['eve'] }),
    );
  });
});
