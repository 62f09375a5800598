import { describe, expect, it } from 'vitest';
import { refused, scenarios } from '../../given-when-then.kit.js';
import { direct, group, left } from '../conversation.kit.js';
import { conversationDefinition, type ConversationState } from '../index.js';
import { describeConversation, renameConversation } from './about.js';

const { given, events } = scenarios(conversationDefinition, expect);

const toAlps = (state: ConversationState) => renameConversation(state, { actorId: 'ben', title: 'Alps' });

describe('rename', () => {
  it('gives a new title', () => {
    expect(given(group).when((state) => renameConversation(state, { actorId: 'ben', title: 'Alps' }))).toEqual(
      events({ type: 'ConversationRenamed.v1', data: { title: 'Alps', renamedBy: 'ben' } }),
    );
  });
  it('does nothing when it has the title', () => {
    expect(given(group).when((state) => renameConversation(state, { actorId: 'ben', title: 'Trip' }))).toEqual(
      events(),
    );
  });
  it('needs a title', () => {
    expect(given(group).when((state) => renameConversation(state, { actorId: 'ben', title: '' }))).toEqual(
      refused('invalid_text', { field: 'title', minBytes: 1, maxBytes: 256, actualBytes: 0 }),
    );
  });
  it.each([
    ['a member', group, 'cleo', 'forbidden'],
    ['a stranger', group, 'eve', 'conversation_not_found'],
    ['somebody in a direct conversation', direct, 'anna', 'direct_conversation_fixed'],
    ['a stranger to a direct conversation', direct, 'eve', 'conversation_not_found'],
  ] as const)('is refused to %s', (_, history, actorId, code) => {
    expect(given(history).when((state) => renameConversation(state, { actorId, title: 'Alps' }))).toEqual(
      refused(code),
    );
  });
  it('is refused to a former admin and before the start alike', () => {
    expect(given(group, left('ben', 0)).when(toAlps)).toEqual(refused('conversation_not_found'));
    expect(given().when(toAlps)).toEqual(refused('conversation_not_found'));
  });
});

describe('give a description', () => {
  it('says what it is about', () => {
    expect(
      given(group).when((state) => describeConversation(state, { actorId: 'anna', description: 'In May' })),
    ).toEqual(events({ type: 'ConversationDescribed.v1', data: { description: 'In May', describedBy: 'anna' } }));
  });
  it('does nothing when there is none to take away', () => {
    expect(given(group).when((state) => describeConversation(state, { actorId: 'anna', description: '' }))).toEqual(
      events(),
    );
  });
  it('is refused to a member', () => {
    expect(
      given(group).when((state) => describeConversation(state, { actorId: 'dan', description: 'In May' })),
    ).toEqual(refused('forbidden'));
  });
  it('is refused when too long', () => {
    expect(
      given(group).when((state) => describeConversation(state, { actorId: 'anna', description: '😀'.repeat(513) })),
    ).toEqual(
      refused('description_too_long', { field: 'description', minBytes: 0, maxBytes: 2_048, actualBytes: 2_052 }),
    );
  });
});
