import { parseQuery } from '@parley/platform/search';
import type { SearchQuery } from '@parley/ports';
import { describe, expect, it } from 'vitest';
import { engineQuery, type Scope } from './engine-query.js';

const scope: Scope = { conversationIds: ['cnv_a'], by: 'postings', windows: new Map(), above: 0, top: null };

function queryOf(text: string): SearchQuery {
  const { terms, from, hasLink, hasMention } = parseQuery(text);
  return {
    userId: 'usr_ann',
    terms,
    order: 'newest',
    limit: 20,
    hasLink,
    hasMention,
    ...(from.length === 0 ? {} : { from }),
  };
}
function clausesOf(text: string, part: Partial<Scope> = {}): { filter: object[]; unwanted: object[] } {
  const { filter, must_not: unwanted } = engineQuery(queryOf(text), { ...scope, ...part }).bool ?? {};
  // The last filter is the conversations'; what is removed is never wanted.
  return { filter: filter as object[], unwanted: (unwanted as object[]).slice(1) };
}
const ofTerms = (text: string): object[] => clausesOf(text).filter.slice(0, -1);
const whitespace = { analyzer: 'whitespace' };

describe('engineQuery', () => {
  it.each([
    ['Tée', [{ term: { tokens: { value: 'tee' } } }]],
    ['"tea cup"', [{ match_phrase: { tokens: { query: 'tea cup', ...whitespace } } }]],
    ['東京都', [{ match_phrase: { tokens: { query: '東京 京都', ...whitespace } } }]],
    ['te*', [{ prefix: { tokens: { value: 'te' } } }]],
    ['都', [{ prefix: { tokens: { value: '都' } } }]],
    ['"tea cu"*', [{ match_phrase_prefix: { tokens: { query: 'tea cu', ...whitespace, max_expansions: 1 } } }]],
    ['"tea cupb"*', [{ term: { tokens: { value: 'tea' } } }, { prefix: { tokens: { value: 'cupb' } } }]],
    ['has:link has:mention', [{ term: { link: true } }, { term: { mention: true } }]],
    ['from:usr_a from:usr_b', [{ terms: { senderId: ['usr_a', 'usr_b'] } }]],
  ])('%s', (text, clauses) => {
    expect(ofTerms(text)).toEqual(clauses);
  });

  it('leaves out exactly what is not wanted, or nothing', () => {
    expect(clausesOf('a -tea').unwanted).toEqual([{ term: { tokens: { value: 'tea' } } }]);
    expect(clausesOf('a -cupb*').unwanted).toEqual([{ prefix: { tokens: { value: 'cupb' } } }]);
    expect(clausesOf('a -"tea cupb"*').unwanted).toEqual([]);
  });

  it('takes signs of query languages for what they are', () => {
    expect(JSON.stringify(clausesOf('quick) OR (text:* AND {x}~2^9'))).not.toMatch(
      /query_string|[)(}{^~]~|wildcard|regexp/,
    );
    expect(ofTerms('tokens:x')).toEqual([{ match_phrase: { tokens: { query: 'tokens x', ...whitespace } } }]);
  });

  it('finds conversations by postings or by the column, or leaves them to the caller', () => {
    expect(clausesOf('x').filter.slice(1)).toEqual([{ terms: { conversationId: ['cnv_a'] } }]);
    expect(clausesOf('x', { by: 'column' }).filter.slice(1)).toEqual([
      { terms: { 'conversationId.column': ['cnv_a'] } },
    ]);
    expect(clausesOf('x', { conversationIds: null }).filter.slice(1)).toEqual([]);
  });

  it('keeps to positions', () => {
    expect(clausesOf('x', { above: 5, top: 9 }).filter).toContainEqual({ range: { position: { gt: 5, lte: 9 } } });
  });

  it('leaves out what lies outside of windows that are known', () => {
    const windows = new Map([
      ['cnv_all', [{ afterSequence: 0, untilSequence: null }]],
      [
        'cnv_back',
        [
          { afterSequence: 2, untilSequence: 5 },
          { afterSequence: 9, untilSequence: null },
        ],
      ],
      ['cnv_left', [{ afterSequence: 0, untilSequence: 5 }]],
    ]);
    expect(clausesOf('x', { windows }).unwanted).toEqual([
      {
        bool: {
          filter: [{ term: { conversationId: 'cnv_back' } }],
          must_not: [{ range: { sequence: { gt: 2, lte: 5 } } }, { range: { sequence: { gt: 9 } } }],
        },
      },
      { bool: { filter: [{ term: { conversationId: 'cnv_left' } }], must_not: [] } },
    ]);
    const many = new Map(Array.from({ length: 500 }, (_, at) => [`cnv_${at}`, []]));
    expect(clausesOf('x', { windows: many }).unwanted).toHaveLength(64);
  });
});
