import type { ConversationEvent } from '@parley/events';
import { describe, expect, it } from 'vitest';
import { refused, scenarios } from '../../given-when-then.kit.js';
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

const { given, events } = scenarios(conversationDefinition, expect);

type History = readonly ConversationEvent[];
const about = aboutMessage;

const react =
  (actorId: string, emoji = '👍', blocked = false) =>
  (state: ConversationState, history: History) =>
    addReaction(state, { ...about(history, actorId, 1), emoji, blocked });

describe('react', () => {
  it('adds a reaction', () => {
    expect(given(group, sent(1)).when(react('dan'))).toEqual(events(reacted(1, 'dan', '👍')));
  });
  it('joins those of others', () => {
    expect(given(group, sent(1), reacted(1, 'cleo', '👍')).when(react('dan'))).toEqual(events(reacted(1, 'dan', '👍')));
  });
  it('is open to all readers of a channel', () => {
    expect(given(channel, sent(1, 'ben')).when(react('cleo'))).toEqual(events(reacted(1, 'cleo', '👍')));
  });
  it('is refused when there are too many different ones, but not with one that is there', () => {
    const many = Array.from({ length: limits.reactionsPerMessage }, (_, i) => reacted(1, 'cleo', `e${i}`));
    expect(given(group, sent(1), ...many).when(react('dan'))).toEqual(
      refused('reaction_limit', { limit: 20, actual: 21 }),
    );
    expect(given(group, sent(1), ...many).when(react('dan', 'e7'))).toEqual(events(reacted(1, 'dan', 'e7')));
  });
  it.each(['', '👍'.repeat(17)])('is refused with an emoji out of bounds', (emoji) => {
    const decision = given(group, sent(1)).when(react('dan', emoji));
    expect(decision).toMatchObject({ refusal: { code: 'invalid_text', details: { field: 'emoji', maxBytes: 64 } } });
  });
  it('is refused in a direct conversation when blocked', () => {
    expect(given(direct, sent(1, 'anna')).when(react('ben', '👍', true))).toEqual(refused('message_refused'));
  });
  it.each([
    ['a deleted message', [group, sent(1), deleted(1)], 'dan', 'message_deleted'],
    ['no message', [group], 'dan', 'message_not_found'],
    ['a message from before one joined', [group, sent(1), added('eve', 1)], 'eve', 'message_not_found'],
    ['a message for a stranger', [group, sent(1)], 'eve', 'conversation_not_found'],
  ] as const)('is refused to %s', (_, history, actorId, code) => {
    expect(given(...history).when(react(actorId))).toEqual(refused(code));
  });
});

const unreact = (actorId: string) => (state: ConversationState, history: History) =>
  removeReaction(state, { ...about(history, actorId, 1), emoji: '👍' });

describe('take a reaction back', () => {
  it('removes one’s own', () => {
    expect(given(group, sent(1), reacted(1, 'dan', '👍'), reacted(1, 'cleo', '👍')).when(unreact('dan'))).toEqual(
      events({ type: 'ReactionRemoved.v1', data: { sequence: 1, userId: 'dan', emoji: '👍' } }),
    );
  });
  it('does nothing when only others have reacted so, or the message is deleted', () => {
    expect(given(group, sent(1), reacted(1, 'cleo', '👍')).when(unreact('dan'))).toEqual(events());
    expect(given(group, sent(1), reacted(1, 'dan', '👍'), deleted(1)).when(unreact('dan'))).toEqual(events());
  });
  it('tells a stranger nothing', () => {
    expect(given(group, sent(1)).when(unreact('eve'))).toEqual(refused('conversation_not_found'));
  });
});

const pin =
  (actorId: string, sequence = 1, blocked = false) =>
  (state: ConversationState, history: History) =>
    pinMessage(state, { ...about(history, actorId, sequence), blocked });

describe('pin', () => {
  it.each([
    ['a member of a group', [group, sent(1)], 'cleo'],
    ['an admin of a channel', [channel, sent(1, 'ben')], 'ben'],
    ['either in a direct conversation', [direct, sent(1, 'anna')], 'ben'],
  ] as const)('is allowed to %s', (_, history, actorId) => {
    expect(given(...history).when(pin(actorId))).toEqual(events(pinned(1, actorId)));
  });
  it('does nothing when it is pinned', () => {
    expect(given(group, sent(1), pinned(1)).when(pin('cleo'))).toEqual(events());
  });
  it('is refused above the limit', () => {
    const limit = limits.pinsPerConversation;
    const history = [group];
    for (let sequence = 1; sequence <= limit; sequence++) history.push(sent(sequence), pinned(sequence));
    expect(given(...history, sent(limit + 1)).when(pin('anna', limit + 1))).toEqual(
      refused('pin_limit', { limit, actual: limit + 1 }),
    );
  });
  it('is refused in a direct conversation when blocked', () => {
    expect(given(direct, sent(1, 'anna')).when(pin('ben', 1, true))).toEqual(refused('message_refused'));
  });
  it.each([
    ['a reader of a channel', [channel, sent(1, 'ben')], 'cleo', 'forbidden'],
    ['anybody when deleted', [group, sent(1), deleted(1)], 'anna', 'message_deleted'],
    ['who joined later', [group, sent(1), added('eve', 1)], 'eve', 'message_not_found'],
    ['a stranger', [group, sent(1)], 'eve', 'conversation_not_found'],
  ] as const)('is refused to %s', (_, history, actorId, code) => {
    expect(given(...history).when(pin(actorId))).toEqual(refused(code));
  });
});

const unpin =
  (actorId: string, sequence = 1) =>
  (state: ConversationState) =>
    unpinMessage(state, { actorId, sequence });

describe('unpin', () => {
  it('takes the pin away', () => {
    expect(given(group, sent(1), pinned(1)).when(unpin('dan'))).toEqual(
      events({ type: 'MessageUnpinned.v1', data: { sequence: 1, unpinnedBy: 'dan' } }),
    );
  });
  it('does nothing when there is none', () => {
    expect(given(group, sent(1)).when(unpin('dan'))).toEqual(events());
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
    expect(given(...history).when(unpin(actorId, sequence))).toEqual(refused(code));
  });
});
