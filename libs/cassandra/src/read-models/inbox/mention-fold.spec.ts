import { expect, it } from 'vitest';
import { foldMentions, type MentionOperation } from './mention-fold.js';

const at = (position: number) => ({ position, conversationId: 'cnv_1', sequence: 4 });
const add = (position: number, ...mentions: string[]): MentionOperation => ({
  type: 'add-mentions',
  ...at(position),
  mentions,
});
const set = (position: number, ...mentions: string[]): MentionOperation => ({
  type: 'set-mentions',
  ...at(position),
  mentions,
});

it('says who is mentioned in the end, and takes back everybody who ever was, those of in between too', () => {
  expect(foldMentions(['a', 'b'], [set(1, 'b', 'c'), set(2, 'd')])).toEqual({
    ...at(2),
    now: new Set(['d']),
    gone: new Set(['a', 'b', 'c']),
  });
  expect(foldMentions([], [add(1, 'a'), { type: 'delete-message', ...at(2) }])).toEqual({
    ...at(2),
    now: new Set(),
    gone: new Set(['a']),
  });
  expect(foldMentions([], [add(1, 'a', 'a')])).toEqual({ ...at(1), now: new Set(['a']), gone: new Set() });
});

it('has nothing to write where nobody was ever mentioned', () => {
  expect(foldMentions([], [set(1)])).toBeNull();
  expect(foldMentions(['a'], [])).toBeNull();
});
