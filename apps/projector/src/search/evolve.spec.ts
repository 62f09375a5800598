import { encodeEvent, decodeEvent, type ParleyEvent } from '@parley/events';
import type { SearchOperation } from '@parley/ports';
import { describe, expect, it } from 'vitest';
import { search } from './evolve.js';

function operationsOf(event: ParleyEvent): readonly SearchOperation[] {
  const encoded = encodeEvent(event, { eventId: 'e', time: 1_000, metadata: { actorId: 'usr_a' } });
  return search.evolve(decodeEvent({ ...encoded, stream: 'conversation-cnv_1', revision: 4, position: 9 }));
}

describe('search projection', () => {
  it('indexes what was said, with its mentions', () => {
    const said = { sequence: 1, messageId: 'msg_1', clientMessageId: 'c', senderId: 'usr_a' };
    const on = { position: 9, conversationId: 'cnv_1', sequence: 1 };
    const content = { type: 'text.v1' as const, text: 'Hello' };
    expect(operationsOf({ type: 'MessageSent.v1', data: { ...said, content, mentions: ['usr_b'] } })).toEqual([
      { type: 'index-message', ...on, senderId: 'usr_a', time: 1_000, text: 'Hello', mentions: ['usr_b'] },
    ]);
    const sealed = { type: 'sealed.v1' as const, scheme: 'mls10', ciphertext: 'eA==' };
    expect(operationsOf({ type: 'MessageSent.v1', data: { ...said, content: sealed } })).toEqual([
      { type: 'index-message', ...on, senderId: 'usr_a', time: 1_000, text: null, mentions: [] },
    ]);
  });

  it('follows edits and deletions, and nothing else', () => {
    const on = { position: 9, conversationId: 'cnv_1', sequence: 1 };
    const content = { type: 'text.v1' as const, text: 'Bye' };
    expect(operationsOf({ type: 'MessageEdited.v1', data: { sequence: 1, content, editedBy: 'usr_a' } })).toEqual([
      { type: 'edit-message', ...on, text: 'Bye', mentions: [] },
    ]);
    expect(operationsOf({ type: 'MessageDeleted.v1', data: { sequence: 1, deletedBy: 'usr_a' } })).toEqual([
      { type: 'remove-message', ...on },
    ]);
    expect(operationsOf({ type: 'MessagePinned.v1', data: { sequence: 1, pinnedBy: 'usr_a' } })).toEqual([]);
  });
});
