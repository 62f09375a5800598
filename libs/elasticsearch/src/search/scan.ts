import type { Client, estypes } from '@elastic/elasticsearch';
import type { SequenceWindow } from '@parley/events';
import type { SearchQuery } from '@parley/ports';
import type { SearchDocument } from '../documents/search-document.js';
import { asked, ElasticsearchFailure } from '../engine/failure.js';
import { engineQuery, type Scope } from './engine-query.js';

/** What one request may ask for; 16,384 conversations are some 500 KB. */
export const maxConversations = 16_384;
/** How long the engine may look, in milliseconds, before it answers with what it has. */
const engineTimeoutMs = 500;

/** A way to look: how conversations are found (engine-query.ts), and in which share of what is left, the newest. */
interface Plan {
  readonly by: Scope['by'];
  readonly share: number;
}

/** Postings of a few conversations are the quickest there is. */
const fewConversations = 64;
/** One after the other while each takes too long: what is looked at in the newest part is bounded by its size. */
const newestPart: readonly Plan[] = [
  { by: 'column', share: 1 / 16 },
  { by: 'column', share: 1 / 256 },
];
const plansForFew: readonly Plan[] = [{ by: 'postings', share: 1 }, ...newestPart];
const plansForMany: readonly Plan[] = [{ by: 'column', share: 1 }, { by: 'postings', share: 1 }, ...newestPart];

export interface ScanRequest {
  readonly query: SearchQuery;
  readonly index: string;
  readonly conversationIds: readonly string[];
  readonly windows: ReadonlyMap<string, readonly SequenceWindow[]>;
  /** Only messages below this position; null: from the newest. */
  readonly below: number | null;
  /** Only messages up to this position; null: no bound. */
  readonly top: number | null;
  /** About where the log ends: what is meant by its newest part. */
  readonly newest: number;
  readonly wanted: number;
  /** Until when an answer must be there, in milliseconds. */
  readonly deadlineMs: number;
  /** A point in time to look at instead of now. */
  readonly pointInTime?: string;
}

export interface Scanned {
  /** Newest first, at most `wanted`. Some may not match: whoever shows them looks again. */
  readonly documents: readonly SearchDocument[];
  /** Everything at or above this position was looked at; null: everything was. */
  readonly reached: number | null;
}

/**
 * The newest matches. Shards keep documents newest first, so each stops at the first few that match; where it takes too
 * long all the same, less of the log is looked at and `reached` says how far, so that what one call costs is bounded.
 * @throws ElasticsearchFailure also when not even a small part can be searched in time, or not all shards are there
 */
export async function scan(client: Client, request: ScanRequest): Promise<Scanned> {
  const end = Math.min(
    request.below ?? Infinity,
    request.top === null ? Infinity : request.top + 1,
    request.newest + 1,
  );
  const plans = request.conversationIds.length <= fewConversations ? plansForFew : plansForMany;
  for (const { by, share } of plans) {
    const above = share === 1 ? 0 : Math.floor((end - 1) * (1 - share));
    const documents = await ask(client, request, { above, by });
    if (documents !== null) return { documents, reached: reachedBy(documents, request.wanted, above) };
  }
  throw new ElasticsearchFailure('search', null, null, `nothing was found out within ${engineTimeoutMs} ms`);
}

function reachedBy(documents: readonly SearchDocument[], wanted: number, above: number): number | null {
  const last = documents.at(-1);
  if (last !== undefined && documents.length >= wanted) return last.position;
  return above > 0 ? above + 1 : null;
}

/** null: the time was over. */
async function ask(
  client: Client,
  request: ScanRequest,
  { above, by }: Pick<Scope, 'above' | 'by'>,
): Promise<readonly SearchDocument[] | null> {
  const { query, conversationIds, windows, top, below, wanted, pointInTime } = request;
  const told = conversationIds.length <= maxConversations ? conversationIds : null;
  const body: estypes.SearchRequest = {
    query: engineQuery(query, { conversationIds: told, by, windows, above, top }),
    sort: [{ position: 'desc' }],
    ...(below === null ? {} : { search_after: [below] }),
    size: wanted,
    track_total_hits: false,
    timeout: `${engineTimeoutMs}ms`,
    ...(pointInTime === undefined
      ? { index: request.index, ...routingTo(conversationIds) }
      : { pit: { id: pointInTime, keep_alive: keepAlive } }),
    filter_path: ['timed_out', '_shards.total', '_shards.successful', 'hits.hits._source'],
  };
  const answer = await asked('search', client.search<SearchDocument>(body, { requestTimeout: request.deadlineMs }));
  if (answer.timed_out) return null;
  // What a shard that is away would have found must not be missing without a word.
  const { total, successful } = answer._shards;
  if (successful !== total)
    throw new ElasticsearchFailure('search', 503, null, `${successful} of ${total} shards answered`);
  return (answer.hits?.hits ?? []).flatMap(({ _source: source }) => (source === undefined ? [] : [source]));
}

/** Of a point in time, from its last use on. */
export const keepAlive = '1m';

/** A conversation lies in one shard: a few conversations need not ask all of them. */
const maxRouted = 16;
export const routingTo = (conversationIds: readonly string[]): { readonly routing?: string } =>
  conversationIds.length > maxRouted ? {} : { routing: conversationIds.join(',') };
