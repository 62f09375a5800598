import { openSearchStore, SqliteSearchReader } from '@parley/embedded';
import { parseQuery } from '@parley/platform';
import type { SearchCursor, SearchQuery, SearchReader } from '@parley/ports';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestSearch } from './engine.js';
import { parityQueries } from './parity.queries.js';
import { parityScene, searchers } from './parity.scene.js';

const seed = Number(process.env['PARLEY_TEST_SEED'] ?? 20261123);
const messages = 8_000;
const batch = 2_000;
const scene = parityScene(seed, messages);
const { world } = scene;

const queryOf = (userId: string, text: string, order: SearchQuery['order'], limit: number): SearchQuery => {
  const { terms, from, in: inside, before, after, hasLink, hasMention } = parseQuery(text);
  return {
    userId,
    terms,
    order,
    limit,
    hasLink,
    hasMention,
    ...(from.length === 0 ? {} : { from }),
    ...(inside.length === 0 ? {} : { in: inside }),
    ...(before === null ? {} : { before }),
    ...(after === null ? {} : { after }),
  };
};

/** Both engines hold the same log; what one answers the other must answer, hit by hit. */
describe(`Elasticsearch and the embedded search, ${world.messages.length} messages, ${scene.source}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-parity-'));
  const path = join(folder, 'search.0.db');
  const elastic = new TestSearch();
  const embeddedStore = openSearchStore(path, () => 0);
  const embedded = new SqliteSearchReader({ file: () => path, membership: world.membership, history: world.history });
  const elasticReader = elastic.search.reader({ membership: world.membership, history: world.history });

  beforeAll(async () => {
    const operations = world.takeOperations();
    const store = await elastic.search.openStore({ partition: 0, version: 1 });
    for (let from = 0; from < operations.length; from += batch) {
      const some = operations.slice(from, from + batch);
      const checkpoint = from + batch < operations.length ? (some.at(-1)?.position ?? 0) : world.position;
      await store.apply({ operations: some, parked: [], checkpoint });
      await embeddedStore.apply({ operations: some, parked: [], checkpoint });
    }
    if (!(await elastic.search.searchable(world.position, 30_000))) throw new Error('it is not searchable');
  });
  afterAll(async () => {
    await embedded.close();
    await embeddedStore.close();
    await elastic.close();
    rmSync(folder, { recursive: true });
  });

  /** All pages to the end: messages with their ranks. */
  const everything = async (reader: SearchReader, query: SearchQuery): Promise<readonly string[]> => {
    const found: string[] = [];
    let cursor: SearchCursor | null = null;
    do {
      const page = await reader.search({ ...query, ...(cursor === null ? {} : { cursor }) });
      expect(page.hits.length).toBeLessThanOrEqual(query.limit);
      expect(page.asOf).toBe(world.position);
      for (const { conversationId, sequence, position, rank } of page.hits) {
        found.push(`${conversationId}#${sequence}@${position}${rank === undefined ? '' : ` ${rank}`}`);
      }
      cursor = page.next;
    } while (cursor !== null);
    return found;
  };

  const queries = parityQueries(scene);
  let answered = 0;

  it.each(queries)('%s', async (text) => {
    for (const searcher of searchers) {
      const newest = queryOf(searcher, text, 'newest', 100);
      const found = await everything(elasticReader, newest);
      expect(found.map((hit) => hit.replace(/@.*$/, ''))).toEqual(world.expected(newest));
      expect(found).toEqual(await everything(embedded, newest));
      if (searcher === 'usr_all' && found.length > 0) answered++;
    }
    // Each page ranks all matches again: one searcher a query.
    const searcher = searchers[text.length % searchers.length] ?? 'usr_all';
    const ranked = queryOf(searcher, text, 'relevance', 100);
    expect(await everything(elasticReader, ranked)).toEqual(await everything(embedded, ranked));
  });

  it('asked enough that has an answer', () => expect(answered).toBeGreaterThanOrEqual(60));

  it('pages of one, of a few, of many: the same', async () => {
    for (const text of ['"🎉 done"', 'cafe', 'edited -the']) {
      for (const order of ['newest', 'relevance'] as const) {
        const whole = await everything(embedded, queryOf('usr_back', text, order, 100));
        for (const limit of [1, 7]) {
          expect(await everything(elasticReader, queryOf('usr_back', text, order, limit))).toEqual(whole);
        }
      }
    }
  });
});
