import { describe, expect, it } from 'vitest';
import { scenarios } from '../../given-when-then.kit.js';
import { direct, group, left } from '../conversation.kit.js';
import { conversationDefinition } from '../index.js';
import { describeConversation, renameConversation } from './about.js';

const { given } = scenarios(conversationDefinition, expect);

describe('rename', () => {
  it('gives a new title', () => {
    given(group)
      .when((state) => renameConversation(state, { actorId: 'ben', title: 'Alps' }))
      .thenEvents({ type: 'ConversationRenamed.v1', data: { title: 'Alps', renamedBy: 'ben' } });
  });
  it('does nothing when it has the title', () => {
    given(group)
      .when((state) => renameConversation(state, { actorId: 'ben', title: 'Trip' }))
      .thenNothing();
  });
  it('needs a title', () => {
    given(group)
      .when((state) => renameConversation(state, { actorId: 'ben', title: '' }))
      .thenRefused('invalid_text', { field: 'title', minBytes: 1, maxBytes: 256, actualBytes: 0 });
  });
  it.each([
    ['a member', group, 'cleo', 'forbidden'],
    ['a stranger', group, 'eve', 'conversation_not_found'],
    ['somebody in a direct conversation', direct, 'anna', 'direct_conversation_fixed'],
    ['a stranger to a direct conversation', direct, 'eve', 'conversation_not_found'],
  ] as const)('is refused to %s', (_, history, actorId, code) => {
    given(history)
      .when((state) => renameConversation(state, { actorId, title: 'Alps' }))
      .thenRefused(code);
  });
  it('is refused to a former admin and before the start alike', () => {
    const decide = (state: Parameters<typeof renameConversation>[0]) =>
      renameConversation(state, { actorId: 'ben', title: 'Alps' });
    given(group, left('ben', 0)).when(decide).thenRefused('conversation_not_found');
    given().when(decide).thenRefused('conversation_not_found');
  });
});

describe('describe', () => {
  it('gives a description', () => {
    given(group)
      .when((state) => describeConversation(state, { actorId: 'anna', description: 'In May' }))
      .thenEvents({ type: 'ConversationDescribed.v1', data: { description: 'In May', describedBy: 'anna' } });
  });
  it('does nothing when there is none to take away', () => {
    given(group)
      .when((state) => describeConversation(state, { actorId: 'anna', description: '' }))
      .thenNothing();
  });
  it('is refused to a member', () => {
    given(group)
      .when((state) => describeConversation(state, { actorId: 'dan', description: 'In May' }))
      .thenRefused('forbidden');
  });
  it('is refused when too long', () => {
    given(group)
      .when((state) => describeConversation(state, { actorId: 'anna', description: '😀'.repeat(513) }))
      .thenRefused('description_too_long', { field: 'description', minBytes: 0, maxBytes: 2_048, actualBytes: 2_052 });
  });
});
