import { describe, expect, it } from 'vitest';
import { refused, scenarios } from '../../given-when-then.kit.js';
import { limits } from '../../limits.js';
import { added, direct, group, left, sent } from '../conversation.kit.js';
import { conversationDefinition, type ConversationState } from '../index.js';
import { addMembers, leaveConversation, removeMember } from './membership.js';

const { given, events } = scenarios(conversationDefinition, expect);

describe('add members', () => {
  it('adds those who are not members, from the next message on', () => {
    expect(
      given(group, sent(1), sent(2)).when((state) =>
        addMembers(state, { actorId: 'ben', userIds: ['eve', 'cleo', 'fay', 'eve'] }),
      ),
    ).toEqual(
      events(
        { type: 'MemberAdded.v1', data: { userId: 'eve', role: 'member', addedBy: 'ben', afterSequence: 2 } },
        { type: 'MemberAdded.v1', data: { userId: 'fay', role: 'member', addedBy: 'ben', afterSequence: 2 } },
      ),
    );
  });
  it('takes somebody back', () => {
    expect(
      given(group, sent(1), left('dan', 1), sent(2)).when((state) =>
        addMembers(state, { actorId: 'anna', userIds: ['dan'] }),
      ),
    ).toEqual(events(added('dan', 2)));
  });
  it('is refused above the limit of one command', () => {
    const userIds = Array.from({ length: limits.membersPerAdd + 1 }, (_, i) => `u${i}`);
    expect(given(group).when((state) => addMembers(state, { actorId: 'anna', userIds }))).toEqual(
      refused('member_limit', { limit: limits.membersPerAdd, actual: limits.membersPerAdd + 1 }),
    );
  });
  it('takes as many as one command may add, and as the group has room for', () => {
    const userIds = Array.from({ length: limits.membersPerAdd }, (_, i) => `u${i}`);
    const almostFull: ConversationState = { ...started(), memberCount: limits.groupMembers - userIds.length };
    expect(addMembers(almostFull, { actorId: 'anna', userIds })).toMatchObject({ ok: true });
  });
  it('is refused when the group would be too large, but not to members of a full one', () => {
    const full: ConversationState = { ...started(), memberCount: limits.groupMembers };
    expect(addMembers(full, { actorId: 'anna', userIds: ['eve'] })).toEqual({
      ok: false,
      refusal: { code: 'member_limit', details: { limit: limits.groupMembers, actual: limits.groupMembers + 1 } },
    });
    expect(addMembers(full, { actorId: 'anna', userIds: ['cleo'] })).toEqual({ ok: true, events: [] });
  });
  it.each([
    [group, 'cleo', 'forbidden'],
    [group, 'eve', 'conversation_not_found'],
    [direct, 'anna', 'direct_conversation_fixed'],
  ] as const)('is refused %#', (history, actorId, code) => {
    expect(given(history).when((state) => addMembers(state, { actorId, userIds: ['fay'] }))).toEqual(refused(code));
  });
});

describe('remove a member', () => {
  it('ends their window at the last message', () => {
    expect(given(group, sent(1)).when((state) => removeMember(state, { actorId: 'ben', userId: 'cleo' }))).toEqual(
      events({ type: 'MemberRemoved.v1', data: { userId: 'cleo', removedBy: 'ben', afterSequence: 1 } }),
    );
  });
  it('does nothing for a former member', () => {
    expect(
      given(group, left('cleo', 0)).when((state) => removeMember(state, { actorId: 'ben', userId: 'cleo' })),
    ).toEqual(events());
  });
  it('is refused for a stranger', () => {
    expect(given(group).when((state) => removeMember(state, { actorId: 'ben', userId: 'eve' }))).toEqual(
      refused('not_a_member', { userIds: ['eve'] }),
    );
  });
  it.each([
    ['a member and a member', 'cleo', 'dan', 'forbidden'],
    ['an admin and the owner', 'ben', 'anna', 'forbidden'],
    ['an admin and oneself', 'ben', 'ben', 'forbidden'],
    ['the owner and oneself', 'anna', 'anna', 'forbidden'],
    ['a stranger and a member', 'eve', 'dan', 'conversation_not_found'],
  ] as const)('is refused: %s', (_, actorId, userId, code) => {
    expect(given(group).when((state) => removeMember(state, { actorId, userId }))).toEqual(refused(code));
  });
  it('lets the owner remove an admin', () => {
    expect(given(group).when((state) => removeMember(state, { actorId: 'anna', userId: 'ben' }))).toEqual(
      events({ type: 'MemberRemoved.v1', data: { userId: 'ben', removedBy: 'anna', afterSequence: 0 } }),
    );
  });
});

const leave = (actorId: string) => (state: ConversationState) => leaveConversation(state, { actorId });

describe('leave', () => {
  it('ends one’s window at the last message', () => {
    expect(given(group, sent(1)).when(leave('cleo'))).toEqual(events(left('cleo', 1)));
  });
  it('is refused to the owner while others are there', () => {
    expect(given(group).when(leave('anna'))).toEqual(refused('last_owner'));
  });
  it('lets the owner go last', () => {
    expect(given(group, left('ben', 0), left('cleo', 0), left('dan', 0)).when(leave('anna'))).toEqual(
      events(left('anna', 0)),
    );
  });
  it('is refused in a direct conversation', () => {
    expect(given(direct).when(leave('anna'))).toEqual(refused('direct_conversation_fixed'));
  });
  it('tells a stranger nothing', () => {
    expect(given(group).when(leave('eve'))).toEqual(refused('conversation_not_found'));
  });
});

function started() {
  const { state } = given(group);
  if (state.phase !== 'started') throw new Error('not started');
  return state;
}
