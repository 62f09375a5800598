import type { Client } from '@elastic/elasticsearch';
import { asked, ElasticsearchFailure } from '../engine/failure.js';
import type { DocumentPlace } from './fold-batch.js';
import type { SearchDocument, StoredDocument } from './search-document.js';

const maxPlaces = 1_000;
const requestTimeout = 10_000;

/**
 * Documents as they stand at this moment, refreshed or not: reading by id sees every write that was acknowledged.
 * Those that are not there are missing.
 */
export async function readDocuments(
  client: Client,
  index: string,
  places: readonly DocumentPlace[],
): Promise<ReadonlyMap<string, StoredDocument>> {
  const found = new Map<string, StoredDocument>();
  for (let from = 0; from < places.length; from += maxPlaces) {
    const docs = places
      .slice(from, from + maxPlaces)
      .map(({ id, conversationId }) => ({ _id: id, routing: conversationId }));
    const answer = await asked(
      'messages',
      client.mget<SearchDocument>({ index, docs, realtime: true }, { requestTimeout }),
    );
    for (const doc of answer.docs) {
      // Not "not found": the shard is away, or the whole index is.
      if ('error' in doc) throw new ElasticsearchFailure('messages', null, doc.error.type, doc.error.type);
      if (doc.found && doc._source !== undefined) {
        found.set(doc._id, { version: doc._version ?? 0, document: doc._source });
      }
    }
  }
  return found;
}
