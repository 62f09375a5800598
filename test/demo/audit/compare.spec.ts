import type { MessageView } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { checkLine, lineId } from '../model/check-line.js';
import type { GroupModel } from '../model/group-model.js';
import { compareHistory } from './compare-history.js';
import { compareInbox, type DueRow, type Row } from './compare-inbox.js';
import { compareSearch } from './compare-search.js';
import { Tally } from './tally.js';
import { hasWords } from './words.js';

const model: GroupModel = {
  lines: [
    { person: 'ann', text: 'one' },
    { person: 'ben', text: 'ann: two', mention: 'ann' },
    { person: 'ann', text: 'three' },
    { person: 'ben', text: 'four' },
  ],
  spans: new Map(),
  members: new Set(['ann', 'ben']),
};
const userIdOf = (person: string): string => `usr_${person}`;
const messageOf = (sequence: number): MessageView => {
  const line = model.lines[sequence - 1];
  if (line === undefined) throw new Error(`no line ${sequence}`);
  return {
    id: `msg_${sequence}`,
    conversationId: 'cnv_1',
    sequence,
    senderId: userIdOf(line.person),
    clientMessageId: lineId(sequence),
    time: '2026-01-01T00:00:00.000Z',
    content: { type: 'text.v1', text: line.text },
    ...(line.mention !== undefined && { mentions: [userIdOf(line.mention)] }),
  };
};
const isRight = (message: MessageView): boolean => checkLine(message, model, userIdOf) === 'right';

describe('checkLine', () => {
  const two = messageOf(2);
  it.each<[string, MessageView, ReturnType<typeof checkLine>]>([
    ['as written', two, 'right'],
    ['another text', { ...two, content: { type: 'text.v1', text: 'ann: too' } }, 'altered'],
    ['another author', { ...two, senderId: 'usr_ann' }, 'altered'],
    ['a mention too few', { ...messageOf(2), mentions: [] }, 'altered'],
    ['a mention too many', { ...messageOf(1), mentions: ['usr_ben'] }, 'altered'],
    ['the next line', { ...messageOf(3), sequence: 2 }, 'misplaced'],
    ['a line that nobody said', { ...messageOf(4), sequence: 5, clientMessageId: lineId(5) }, 'misplaced'],
  ])('tells %s', (_, message, check) => {
    expect(checkLine(message, model, userIdOf)).toBe(check);
  });
});

describe('compareHistory', () => {
  const spans = [{ from: 2, to: 4 }];
  const history = (...sequences: number[]) => compareHistory(sequences.map(messageOf), spans, isRight);
  it.each([
    ['nothing', [2, 3, 4], { mismatches: 0, unauthorised: 0 }],
    ['a planted loss', [2, 4], { mismatches: 1, unauthorised: 0 }],
    ['a planted duplicate', [2, 3, 3, 4], { mismatches: 1, unauthorised: 0 }],
    ['a planted swap', [3, 2, 4], { mismatches: 1, unauthorised: 0 }],
    ['a planted leak', [1, 2, 3, 4], { mismatches: 0, unauthorised: 1 }],
  ])('counts %s', (_, sequences, faults) => {
    expect(history(...sequences)).toEqual(faults);
  });
  it('counts a planted change of text', () => {
    const changed = { ...messageOf(3), content: { type: 'text.v1', text: 'thr3e' } } as const;
    expect(compareHistory([messageOf(2), changed, messageOf(4)], spans, isRight)).toEqual({
      mismatches: 1,
      unauthorised: 0,
    });
  });
});

describe('compareInbox', () => {
  const counts = { memberCount: 2, lastSequence: 4, read: 2, unread: 2, mentions: 0 };
  const due: DueRow = { conversationId: 'cnv_1', title: 'a group', lastVisible: 4, ...counts };
  const row: Row = { conversationId: 'cnv_1', title: 'a group', lastMessage: messageOf(4), ...counts };
  it.each<[string, Row[], DueRow[], { mismatches: number; unauthorised: number; details: number }]>([
    ['nothing', [row], [due], { mismatches: 0, unauthorised: 0, details: 0 }],
    ['a wrong unread count', [{ ...row, unread: 3 }], [due], { mismatches: 1, unauthorised: 0, details: 1 }],
    [
      'an old last message',
      [{ ...row, lastMessage: messageOf(3) }],
      [due],
      { mismatches: 1, unauthorised: 0, details: 1 },
    ],
    ['no last message', [{ ...row, lastMessage: null }], [due], { mismatches: 1, unauthorised: 0, details: 1 }],
    ['a missing row', [], [due], { mismatches: 1, unauthorised: 0, details: 1 }],
    ['a row twice', [row, row], [due], { mismatches: 1, unauthorised: 0, details: 1 }],
    ['a group that one left', [row], [], { mismatches: 0, unauthorised: 1, details: 1 }],
    [
      'nothing said yet',
      [{ ...row, lastMessage: null }],
      [{ ...due, lastVisible: 0 }],
      { mismatches: 0, unauthorised: 0, details: 0 },
    ],
  ])('counts %s', (_, rows, dues, faults) => {
    const { details, ...counted } = compareInbox(rows, dues, isRight);
    expect({ ...counted, details: details.length }).toEqual(faults);
  });
});

const hit = (sequence: number) => ({ conversationId: 'cnv_1', sequence });
const maySee = ({ sequence }: { sequence: number }): boolean => sequence > 1;

describe('compareSearch', () => {
  it.each([
    ['nothing', [2, 4], { mismatches: 0, unauthorised: 0 }],
    ['a hit in another order', [4, 2], { mismatches: 0, unauthorised: 0 }],
    ['a missing hit', [2], { mismatches: 1, unauthorised: 0 }],
    ['a hit twice', [2, 2, 4], { mismatches: 1, unauthorised: 0 }],
    ['a hit without the word', [2, 3, 4], { mismatches: 1, unauthorised: 0 }],
    ['a leak', [1, 2, 4], { mismatches: 0, unauthorised: 1 }],
  ])('counts %s', (_, hits, faults) => {
    expect(compareSearch(hits.map(hit), [hit(2), hit(4)], maySee)).toEqual(faults);
  });
});

describe('hasWords', () => {
  it.each([
    ['Use apt-get, not aptitude.', ['apt'], true],
    ['Use apt-get, not aptitude.', ['get', 'use'], true],
    ['Use aptitude.', ['apt'], false],
    ['sudo_user', ['sudo'], true],
    ['Le CAFÉ', ['cafe'], true],
    ['这是sudo', ['sudo'], false],
  ])('%s has %s: %s', (text, words, has) => {
    expect(hasWords(text, words)).toBe(has);
  });
});

describe('Tally', () => {
  it('ends with one line that tells all', () => {
    const tally = new Tally();
    tally.counts.messages = 12;
    tally.counts.deliveries = 345;
    expect(tally.isClean).toBe(true);
    expect(tally.lastLine()).toBe(
      '12 messages, 345 deliveries, 0 lost, 0 duplicated, 0 out of order, 0 unauthorised, 0 mismatches in history, inbox, search',
    );
    tally.fault('history', 2, () => 'x');
    tally.fault('search', 3, () => 'y');
    tally.fault('lost', 1, () => 'z');
    tally.fault('inbox', 0, () => 'not called');
    expect(tally.isClean).toBe(false);
    expect(tally.lastLine()).toContain('1 lost, 0 duplicated, 0 out of order, 0 unauthorised, 5 mismatches');
    expect(tally.examples).toEqual(['history (2): x', 'search (3): y', 'lost (1): z']);
  });
});
