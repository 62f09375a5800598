import type { ConversationEvent } from '@parley/events';
import { expect, it } from 'vitest';
import { deleted, group, pinned, reacted, sent } from './conversation.kit.js';
import { foldMessageFacts, type MessageFacts } from './message-facts.js';

const unreacted = (userId: string, emoji: string): ConversationEvent => ({
  type: 'ReactionRemoved.v1',
  data: { sequence: 1, userId, emoji },
});
const history: readonly ConversationEvent[] = [
  group,
  sent(1),
  sent(2, 'dan'),
  reacted(1, 'dan', '👍'),
  reacted(1, 'anna', '👍'),
  reacted(2, 'anna', '🎉'),
  pinned(1),
  {
    type: 'MessageEdited.v1',
    data: { sequence: 1, content: { type: 'text.v1', text: 'new' }, mentions: ['dan'], editedBy: 'cleo' },
  },
  unreacted('dan', '👍'),
];
const fold = (facts: MessageFacts | null, events: readonly ConversationEvent[], actorId = 'dan', sequence = 1) =>
  events.reduce<MessageFacts | null>((so, event) => foldMessageFacts(so, event, { sequence, actorId }), facts);

const expected = {
  sequence: 1,
  senderId: 'cleo',
  content: { type: 'text.v1', text: 'new' },
  mentions: ['dan'],
  deleted: false,
  reactions: [{ emoji: '👍', count: 1, mine: false }],
};

it('is of one message, as the acting user sees it', () => {
  expect(fold(null, history)).toEqual(expected);
  expect(fold(null, history, 'anna')).toEqual({ ...expected, reactions: [{ emoji: '👍', count: 1, mine: true }] });
  expect(fold(null, history, 'dan', 3)).toBeNull();
});

it('goes on from wherever the look-up was', () => {
  for (let i = 0; i <= history.length; i++) {
    expect(fold(fold(null, history.slice(0, i)), history.slice(i))).toEqual(expected);
  }
});

it('forgets what was said and thought of it once deleted', () => {
  const after = { ...expected, content: null, mentions: [], deleted: true, reactions: [] };
  expect(fold(null, [...history, deleted(1)])).toEqual(after);
});

it('drops a reaction that nobody has any more', () => {
  expect(fold(null, [...history, unreacted('anna', '👍')])).toEqual({ ...expected, reactions: [] });
});

it('does not begin in the middle', () => {
  expect(fold(null, [reacted(1, 'dan', '👍'), deleted(1)])).toBeNull();
});
