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
const parts = (text: string, part: Partial<Scope> = {}) => engineQuery(queryOf(text), { ...scope, ...part }).bool;
const ofTerms = (text: string) => (parts(text)?.filter as object[]).slice(0, -1);
const unwanted = (text: string, part: Partial<Scope> = {}) => (parts(text, part)?.must_not as object[]).slice(1);
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
    expect(unwanted('a -tea')).toEqual([{ term: { tokens: { value: 'tea' } } }]);
    expect(unwanted('a -cupb*')).toEqual([{ prefix: { tokens: { value: 'cupb' } } }]);
    expect(unwanted('a -"tea cupb"*')).toEqual([]);
  });

  it('takes signs of query languages for what they are', () => {
    expect(JSON.stringify(parts('quick) OR (text:* AND {x}~2^9'))).not.toMatch(
      /query_string|[)(}{^~]~|wildcard|regexp/,
    );
    expect(ofTerms('tokens:x')).toEqual([{ match_phrase: { tokens: { query: 'tokens x', ...whitespace } } }]);
  });

  it('finds conversations by postings or by the column, or leaves them to the caller', () => {
    const clauses = (part: Partial<Scope>) => (parts('x', part)?.filter as object[]).slice(1);
    expect(clauses({})).toEqual([{ terms: { conversationId: ['cnv_a'] } }]);
    expect(clauses({ by: 'column' })).toEqual([{ terms: { 'conversationId.column': ['cnv_a'] } }]);
    expect(clauses({ conversationIds: null })).toEqual([]);
  });

  it('keeps to positions', () => {
    expect(parts('x', { above: 5, top: 9 })?.filter).toContainEqual({ range: { position: { gt: 5, lte: 9 } } });
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
    expect(unwanted('x', { windows })).toEqual([
      {
        bool: {
          filter: [{ term: { conversationId: 'cnv_back' } }],
          must_not: [{ range: { sequence: { gt: 2, lte: 5 } } }, { range: { sequence: { gt: 9 } } }],
        },
      },
      { bool: { filter: [{ term: { conversationId: 'cnv_left' } }], must_not: [] } },
    ]);
    const many = new Map(Array.from({ length: 500 }, (_, at) => [`cnv_${at}`, []]));
    expect(unwanted('x', { windows: many })).toHaveLength(64);
  });
});
