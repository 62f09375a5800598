import type { SearchOperation } from '@parley/ports';
import { describe, expect, it } from 'vitest';
import { foldBatch, placesToRead } from './fold-batch.js';
import type { StoredDocument } from './search-document.js';

const place = { conversationId: 'cnv_a', sequence: 1 };
const sent = (position: number, text: string | null, mentions: readonly string[] = []): SearchOperation => ({
  ...place,
  type: 'index-message',
  position,
  senderId: 'usr_ann',
  time: 1_000,
  text,
  mentions,
});
const edited = (position: number, text: string | null): SearchOperation => ({
  ...place,
  type: 'edit-message',
  position,
  text,
  mentions: [],
});
const removed = (position: number): SearchOperation => ({ ...place, type: 'remove-message', position });
const storedAs = (version: number, document: Partial<StoredDocument['document']> = {}) =>
  new Map([
    ['cnv_a:1', { version, document: { ...place, position: 1, senderId: 'usr_ann', time: 1_000, ...document } }],
  ]);

describe('foldBatch', () => {
  it('writes each message once, as it stands after the batch', () => {
    const { writes } = foldBatch([sent(1, 'Tée', ['usr_bob']), edited(2, 'see https://x.example')], new Map());
    const document = {
      ...place,
      position: 1,
      senderId: 'usr_ann',
      time: 1_000,
      link: true,
      tokens: ' see https x example ',
    };
    expect(writes).toEqual([{ id: 'cnv_a:1', version: 2, document }]);
  });

  it('keeps sender, time and place of what is stored, and nothing of its words', () => {
    const stored = storedAs(1, { tokens: ' old ', link: true, mention: true });
    expect(foldBatch([edited(5, 'New')], stored).writes).toEqual([
      {
        id: 'cnv_a:1',
        version: 5,
        document: { ...place, position: 1, senderId: 'usr_ann', time: 1_000, tokens: ' new ' },
      },
    ]);
  });

  it('leaves nothing of a removed message but its place', () => {
    const gone = { ...place, position: 1, deleted: true };
    const removal = [{ id: 'cnv_a:1', version: 5, document: gone }];
    expect(foldBatch([removed(5)], storedAs(1, { tokens: ' old ' })).writes).toEqual(removal);
    expect(foldBatch([sent(1, 'x'), removed(5), edited(6, 'late')], new Map()).writes).toEqual(removal);
  });

  it('writes no earlier event over a later one, and nothing over a removal', () => {
    expect(foldBatch([edited(5, 'late')], storedAs(7)).writes).toEqual([]);
    expect(foldBatch([edited(7, 'again')], storedAs(7)).writes).toEqual([]);
    expect(foldBatch([edited(9, 'late')], storedAs(7, { deleted: true })).writes).toEqual([]);
  });

  it('keeps no words of what it cannot read', () => {
    const [write] = foldBatch([sent(1, null, ['usr_bob'])], new Map()).writes;
    expect(write?.document).toEqual({ ...place, position: 1, senderId: 'usr_ann', time: 1_000, mention: true });
  });

  it('refuses changes of a message that is not there, and a name that is too long', () => {
    const far = { ...sent(3, 'x'), conversationId: 'c'.repeat(600) };
    const { writes, refused } = foldBatch([edited(1, 'x'), removed(2), far], new Map());
    expect(writes).toEqual([]);
    expect([...refused.keys()]).toEqual([1, 2, 3]);
    expect(refused.get(1)).toBe('there is no message 1 in cnv_a');
  });

  it('reads only what it needs: changed messages that the batch has not sent before', () => {
    expect(placesToRead([sent(1, 'x'), edited(2, 'y')])).toEqual([]);
    expect(placesToRead([edited(2, 'y'), removed(3)])).toEqual([{ id: 'cnv_a:1', conversationId: 'cnv_a' }]);
  });
});
