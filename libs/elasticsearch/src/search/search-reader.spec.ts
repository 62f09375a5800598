import { ReadModelUnavailable, type SearchQuery } from '@parley/ports';
import { afterEach, describe, expect, it } from 'vitest';
import type { SearchDocument } from '../documents/search-document.js';
import { connect } from '../engine/connect.js';
import { type FakeAnswer, FakeNode, type FakeRequest } from '../engine/fake-node.kit.js';
import type { Generation } from '../generations/generations.js';
import { ElasticsearchSearchReader } from './search-reader.js';

const generation: Generation = {
  index: 'messages-v1.1-g0',
  uuid: 'a',
  layout: 1,
  version: 1,
  number: 0,
  serving: true,
  next: false,
  beside: false,
  held: false,
};
const open = [{ afterSequence: 0, untilSequence: null, afterPosition: 0, untilPosition: null }];
const query: SearchQuery = {
  userId: 'usr_ann',
  terms: [{ tokens: ['tea'], prefix: false, exclude: false }],
  order: 'newest',
  limit: 2,
};

const document = (position: number, tokens = ' tea '): SearchDocument => ({
  conversationId: 'cnv_a',
  sequence: position,
  position,
  tokens,
});
const found = (...documents: SearchDocument[]): FakeAnswer => ({
  body: {
    timed_out: false,
    _shards: { total: 2, successful: 2 },
    hits: { hits: documents.map((source) => ({ _source: source })) },
  },
});
const timedOut: FakeAnswer = { body: { timed_out: true, _shards: { total: 2, successful: 2 }, hits: { hits: [] } } };
const failed = (status: number, type: string): FakeAnswer => ({ status, body: { error: { type, reason: 'no' } } });

const isSearch = ({ path }: FakeRequest): boolean => path.endsWith('/_search');

describe('ElasticsearchSearchReader', () => {
  let node: FakeNode | null = null;
  afterEach(async () => {
    await node?.close();
    node = null;
  });

  /** What the engine answers to the first request, the second, … */
  async function reading(
    answers: readonly (FakeAnswer | null)[],
    now: Generation | null = generation,
    conversationIds: readonly string[] = ['cnv_a'],
  ): Promise<{ reader: ElasticsearchSearchReader; searches: () => Record<string, unknown>[] }> {
    let next = 0;
    const fake = await FakeNode.start((request) => {
      if (request.path.endsWith('/_pit')) return { body: { id: 'point', succeeded: true } };
      return isSearch(request) ? (answers[next++] ?? null) : failed(400, 'unexpected');
    });
    node = fake;
    const reader = new ElasticsearchSearchReader({
      // Short only where no answer is what is waited for.
      deadlineMs: answers.includes(null) ? 100 : 60_000,
      client: connect(fake.url),
      serving: async () => now,
      forget: () => undefined,
      searchable: async () => 1_600,
      membership: {
        conversationsOf: async () => ({ position: 1_600, conversationIds }),
        membership: async (conversationId, userId) => ({ conversationId, userId, role: 'member', windows: open }),
      },
      history: {
        message: async (_, sequence) => ({
          json: JSON.stringify({ sequence, content: { type: 'text.v1', text: 'Tea' } }),
          projectedRevision: 0,
        }),
      },
    });
    const searches = () =>
      fake.requests.filter(isSearch).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    return { reader, searches };
  }

  it('shows what history says, without what only the index knows', async () => {
    const { reader } = await reading([found(document(7), document(5))]);
    const page = await reader.search(query);
    expect(page.hits).toHaveLength(2);
    expect(Object.keys(page.hits[0] ?? {}).sort()).toEqual(['conversationId', 'message', 'position', 'sequence']);
    expect(page).toMatchObject({ asOf: 1_600, next: null });
  });

  it('leaves out what the engine found too much', async () => {
    const { reader } = await reading([found(document(7, ' teapot '), document(5))]);
    expect((await reader.search(query)).hits.map(({ position }) => position)).toEqual([5]);
  });

  it('looks at the newest part of the log where all of it takes too long, and goes on from there', async () => {
    const { reader, searches } = await reading([timedOut, found(document(1_599)), found()]);
    const page = await reader.search(query);
    expect(page.hits.map(({ position }) => position)).toEqual([1_599]);
    expect(page.next).toBeNull();
    expect(JSON.stringify(searches()[1])).toContain('{"range":{"position":{"gt":1500}}}');
    expect(searches()[2]?.['search_after']).toEqual([1_501]);
  });

  it('gives up where even a small part takes too long', async () => {
    const { reader, searches } = await reading([timedOut, timedOut, timedOut, timedOut]);
    await expect(reader.search(query)).rejects.toThrow(ReadModelUnavailable);
    expect(searches()).toHaveLength(3);
  });

  it('finds many conversations by another way where the first takes too long', async () => {
    const many = Array.from({ length: 100 }, (_, at) => `cnv_${at}`);
    const { reader, searches } = await reading([timedOut, found()], generation, many);
    await reader.search(query);
    expect(JSON.stringify(searches()[0])).toContain('"conversationId.column":["cnv_0"');
    expect(JSON.stringify(searches()[1])).toContain('"conversationId":["cnv_0"');
  });

  it('tells the engine no more conversations than it takes, and leaves out the others itself', async () => {
    const many = ['cnv_a', ...Array.from({ length: 20_000 }, (_, at) => `cnv_${at}`)];
    const foreign = { ...document(9), conversationId: 'cnv_foreign' };
    const { reader, searches } = await reading([found(foreign, document(5))], generation, many);
    expect((await reader.search(query)).hits.map(({ position }) => position)).toEqual([5]);
    expect(JSON.stringify(searches()[0])).not.toContain('cnv_');
  });

  it('is unavailable before there is an index, and with one that another version laid out', async () => {
    const { reader } = await reading([], null);
    await expect(reader.search(query)).rejects.toThrow(ReadModelUnavailable);
    await node?.close();
    const { reader: other } = await reading([], { ...generation, layout: 2 });
    await expect(other.search(query)).rejects.toThrow('built anew');
  });

  it.each([
    ['a shard is away', { body: { timed_out: false, _shards: { total: 2, successful: 1 }, hits: { hits: [] } } }],
    ['all of them are', failed(503, 'search_phase_execution_exception')],
    ['the engine does not answer in time', null],
  ])('is unavailable where %s', async (_, answer) => {
    const { reader } = await reading([answer]);
    await expect(reader.search(query)).rejects.toThrow(ReadModelUnavailable);
  });

  it('is unavailable at once where nothing listens, and after closing', async () => {
    const { reader } = await reading([]);
    await node?.close();
    await expect(reader.search(query)).rejects.toThrow(ReadModelUnavailable);
    await reader.close();
    await expect(reader.search(query)).rejects.toThrow('closed');
  });

  it('says so where the engine has too much to do', async () => {
    const { reader } = await reading([failed(429, 'es_rejected_execution_exception')]);
    await expect(reader.search(query)).rejects.toMatchObject({ code: 'overloaded' });
  });

  it('looks again where the index was dropped a moment ago', async () => {
    const { reader } = await reading([failed(404, 'index_not_found_exception'), found(document(5))]);
    expect((await reader.search(query)).hits).toHaveLength(1);
  });

  it('ranks what the first page saw, and what there is once that is over', async () => {
    const some = found(document(9), document(8, ' tea tea '), document(7));
    const { reader, searches } = await reading([some, some, failed(404, 'search_context_missing_exception'), some]);
    const ranked = { ...query, order: 'relevance', limit: 1 } as const;
    const first = await reader.search(ranked);
    expect(first.hits[0]?.position).toBe(8);
    const second = await reader.search({ ...ranked, ...(first.next === null ? {} : { cursor: first.next }) });
    expect(second.hits[0]?.position).toBe(9);
    expect(second.next?.top).toBe(1_600);
    const third = await reader.search({ ...ranked, ...(second.next === null ? {} : { cursor: second.next }) });
    expect(third.hits[0]?.position).toBe(7);
    expect(third.next).toBeNull();
    expect(searches().map((body) => 'pit' in body)).toEqual([true, true, true, false]);
  });
});
