import type { Client } from '@elastic/elasticsearch';
import { ReadModelUnavailable, type SearchPage, type SearchQuery, type SearchReader } from '@parley/ports';
import { ParleyError } from '@parley/platform';
import { createHash } from 'node:crypto';
import { ElasticsearchFailure, isMissingIndex, isOverload } from '../engine/failure.js';
import type { Generation } from '../generations/generations.js';
import { layoutVersion } from '../generations/names.js';
import { Judge, type JudgeSources } from './judge.js';
import { PointsInTime } from './points-in-time.js';
import { scan } from './scan.js';
import { Search } from './search.js';
import { Turns } from './turns.js';

export interface SearchReaderParts extends JudgeSources {
  readonly client: Client;
  readonly serving: () => Promise<Generation | null>;
  /** The index behind the alias is gone: look which one serves now. */
  readonly forget: () => void;
  /** Up to which position everything is searchable. */
  readonly searchable: () => Promise<number>;
  /** Until when the engine must have answered a request, in milliseconds. Default 2,000. */
  readonly deadlineMs?: number;
}

/** Searches of this process under way, and those that may wait for their turn. */
const searchesAtOnce = 16;
const maxWaiting = 64;
const defaultDeadlineMs = 2_000;
const overloadedRetryMs = 1_000;

/** Message search over the generation that serves. */
export class ElasticsearchSearchReader implements SearchReader {
  readonly #turns = new Turns(searchesAtOnce, maxWaiting);
  readonly #points: PointsInTime;
  readonly #deadlineMs: number;
  #closed = false;

  constructor(private readonly parts: SearchReaderParts) {
    this.#deadlineMs = parts.deadlineMs ?? defaultDeadlineMs;
    this.#points = new PointsInTime(parts.client, this.#deadlineMs);
  }

  /** @throws ParleyError `overloaded` when too many searches wait here or in the engine */
  async search(query: SearchQuery): Promise<SearchPage> {
    if (this.#closed) throw new ReadModelUnavailable('search is closed');
    return this.#turns.run(async () => {
      try {
        return await this.#search(query);
      } catch (error) {
        if (!isMissingIndex(error)) throw unavailable(error);
      }
      // The generation was replaced and dropped a moment ago.
      this.parts.forget();
      try {
        return await this.#search(query);
      } catch (error) {
        throw unavailable(error);
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#points.closeAll();
  }

  async #search(query: SearchQuery): Promise<SearchPage> {
    const { client, membership, serving } = this.parts;
    const generation = await serving();
    if (generation === null) throw new ReadModelUnavailable('search is not there yet');
    if (generation.layout !== layoutVersion) throw new ReadModelUnavailable('search is being built anew');
    const [asOf, { conversationIds }] = await Promise.all([
      this.parts.searchable(),
      membership.conversationsOf(query.userId),
    ]);
    const wanted = query.in === undefined ? conversationIds : conversationIds.filter((id) => query.in?.includes(id));
    if (wanted.length === 0 || query.from?.length === 0) return { hits: [], next: null, asOf };
    const search = new Search(query, wanted, asOf, new Judge(query, this.parts), (part) =>
      scan(client, {
        query,
        index: generation.index,
        conversationIds: wanted,
        newest: asOf,
        deadlineMs: this.#deadlineMs,
        ...part,
      }),
    );
    return query.order === 'newest' ? search.newest() : this.#ranked(search, generation.index, query, wanted);
  }

  /** Over what the first page saw, as long as that is kept. */
  async #ranked(
    search: Search,
    index: string,
    query: SearchQuery,
    conversationIds: readonly string[],
  ): Promise<SearchPage> {
    const { cursor } = query;
    const point =
      cursor?.top === undefined
        ? await this.#points.open(index, conversationIds)
        : this.#points.recall(keyOf(query, cursor.top));
    if (point === null) return search.ranked(null);
    let page: SearchPage;
    try {
      page = await search.ranked(point);
    } catch (error) {
      if (!isOver(error)) throw error;
      return search.ranked(null);
    }
    if (page.next?.top === undefined) this.#points.close(point);
    else this.#points.keep(keyOf(query, page.next.top), point);
    return page;
  }
}

/** The engine has let go of the point in time, or its index was dropped. */
const isOver = (error: unknown): boolean =>
  error instanceof ElasticsearchFailure &&
  (error.status === 404 || error.type === 'no_shard_available_action_exception');

/** The same for all pages of a search, and for nobody else's. */
function keyOf(query: SearchQuery, top: number): string {
  const search = { ...query, cursor: undefined, limit: undefined };
  return createHash('sha256')
    .update(JSON.stringify([search, top]))
    .digest('base64');
}

function unavailable(error: unknown): Error {
  if (isOverload(error)) return new ParleyError('overloaded', { retryAfterMs: overloadedRetryMs });
  if (error instanceof ElasticsearchFailure) return new ReadModelUnavailable(error.message);
  return error instanceof Error ? error : new Error(String(error));
}
