import type { ConversationEvent } from '@parley/events';
import { describe, expect, it } from 'vitest';
import { scenarios } from '../../given-when-then.kit.js';
import { limits } from '../../limits.js';
import {
  aboutMessage,
  added,
  channel,
  deleted,
  direct,
  group,
  left,
  pinned,
  reacted,
  sent,
} from '../conversation.kit.js';
import { conversationDefinition, type ConversationState } from '../index.js';
import { addReaction, pinMessage, removeReaction, unpinMessage } from './reactions-and-pins.js';

const { given } = scenarios(conversationDefinition, expect);

type History = readonly ConversationEvent[];
const about = aboutMessage;

describe('react', () => {
  const react =
    (actorId: string, emoji = '👍', blocked = false) =>
    (state: ConversationState, history: History) =>
      addReaction(state, { ...about(history, actorId, 1), emoji, blocked });

  it('adds a reaction', () => {
    given(group, sent(1))
      .when(react('dan'))
      .thenEvents(reacted(1, 'dan', '👍'));
  });
  it('joins those of others', () => {
    given(group, sent(1), reacted(1, 'cleo', '👍'))
      .when(react('dan'))
      .thenEvents(reacted(1, 'dan', '👍'));
  });
  it('is open to all readers of a channel', () => {
    given(channel, sent(1, 'ben'))
      .when(react('cleo'))
      .thenEvents(reacted(1, 'cleo', '👍'));
  });
  it('is refused when there are too many different ones, but not with one that is there', () => {
    const many = Array.from({ length: limits.reactionsPerMessage }, (_, i) => reacted(1, 'cleo', `e${i}`));
    given(group, sent(1), ...many)
      .when(react('dan'))
      .thenRefused('reaction_limit', { limit: 20, actual: 21 });
    given(group, sent(1), ...many)
      .when(react('dan', 'e7'))
      .thenEvents(reacted(1, 'dan', 'e7'));
  });
  it.each(['', '👍'.repeat(17)])('is refused with an emoji out of bounds', (emoji) => {
    const { decision } = given(group, sent(1)).when(react('dan', emoji));
    expect(decision).toMatchObject({ refusal: { code: 'invalid_text', details: { field: 'emoji', maxBytes: 64 } } });
  });
  it('is refused in a direct conversation when blocked', () => {
    given(direct, sent(1, 'anna'))
      .when(react('ben', '👍', true))
      .thenRefused('message_refused');
  });
  it.each([
    ['a deleted message', [group, sent(1), deleted(1)], 'dan', 'message_deleted'],
    ['no message', [group], 'dan', 'message_not_found'],
    ['a message from before one joined', [group, sent(1), added('eve', 1)], 'eve', 'message_not_found'],
    ['a message for a stranger', [group, sent(1)], 'eve', 'conversation_not_found'],
  ] as const)('is refused to %s', (_, history, actorId, code) => {
    given(...history)
      .when(react(actorId))
      .thenRefused(code);
  });
});

describe('take a reaction back', () => {
  const unreact = (actorId: string) => (state: ConversationState, history: History) =>
    removeReaction(state, { ...about(history, actorId, 1), emoji: '👍' });

  it('removes one’s own', () => {
    given(group, sent(1), reacted(1, 'dan', '👍'), reacted(1, 'cleo', '👍'))
      .when(unreact('dan'))
      .thenEvents({ type: 'ReactionRemoved.v1', data: { sequence: 1, userId: 'dan', emoji: '👍' } });
  });
  it('does nothing when only others have reacted so, or the message is deleted', () => {
    given(group, sent(1), reacted(1, 'cleo', '👍'))
      .when(unreact('dan'))
      .thenNothing();
    given(group, sent(1), reacted(1, 'dan', '👍'), deleted(1))
      .when(unreact('dan'))
      .thenNothing();
  });
  it('tells a stranger nothing', () => {
    given(group, sent(1)).when(unreact('eve')).thenRefused('conversation_not_found');
  });
});

describe('pin', () => {
  const pin =
    (actorId: string, sequence = 1, blocked = false) =>
    (state: ConversationState, history: History) =>
      pinMessage(state, { ...about(history, actorId, sequence), blocked });

  it.each([
    ['a member of a group', [group, sent(1)], 'cleo'],
    ['an admin of a channel', [channel, sent(1, 'ben')], 'ben'],
    ['either in a direct conversation', [direct, sent(1, 'anna')], 'ben'],
  ] as const)('is allowed to %s', (_, history, actorId) => {
    given(...history)
      .when(pin(actorId))
      .thenEvents(pinned(1, actorId));
  });
  it('does nothing when it is pinned', () => {
    given(group, sent(1), pinned(1)).when(pin('cleo')).thenNothing();
  });
  it('is refused above the limit', () => {
    const limit = limits.pinsPerConversation;
    const history = [group];
    for (let sequence = 1; sequence <= limit; sequence++) history.push(sent(sequence), pinned(sequence));
    given(...history, sent(limit + 1))
      .when(pin('anna', limit + 1))
      .thenRefused('pin_limit', { limit, actual: limit + 1 });
  });
  it('is refused in a direct conversation when blocked', () => {
    given(direct, sent(1, 'anna'))
      .when(pin('ben', 1, true))
      .thenRefused('message_refused');
  });
  it.each([
    ['a reader of a channel', [channel, sent(1, 'ben')], 'cleo', 'forbidden'],
    ['anybody when deleted', [group, sent(1), deleted(1)], 'anna', 'message_deleted'],
    ['who joined later', [group, sent(1), added('eve', 1)], 'eve', 'message_not_found'],
    ['a stranger', [group, sent(1)], 'eve', 'conversation_not_found'],
  ] as const)('is refused to %s', (_, history, actorId, code) => {
    given(...history)
      .when(pin(actorId))
      .thenRefused(code);
  });
});

describe('unpin', () => {
  const unpin =
    (actorId: string, sequence = 1) =>
    (state: ConversationState) =>
      unpinMessage(state, { actorId, sequence });

  it('takes the pin away', () => {
    given(group, sent(1), pinned(1))
      .when(unpin('dan'))
      .thenEvents({ type: 'MessageUnpinned.v1', data: { sequence: 1, unpinnedBy: 'dan' } });
  });
  it('does nothing when there is none', () => {
    given(group, sent(1)).when(unpin('dan')).thenNothing();
  });
  it.each([
    ['a message not yet there', [group, sent(1)], 'dan', 2, 'message_not_found'],
    [
      'what was said while away',
      [group, left('dan', 0), sent(1), pinned(1), added('dan', 1)],
      'dan',
      1,
      'message_not_found',
    ],
    ['a reader of a channel', [channel, sent(1, 'ben'), pinned(1)], 'cleo', 1, 'forbidden'],
    ['a stranger', [group, sent(1), pinned(1)], 'eve', 1, 'conversation_not_found'],
  ] as const)('is refused: %s', (_, history, actorId, sequence, code) => {
    given(...history)
      .when(unpin(actorId, sequence))
      .thenRefused(code);
  });
});
