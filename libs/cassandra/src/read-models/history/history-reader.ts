import type { HistoryPage, HistoryQuery, HistoryReader } from '@parley/ports';
import type { ReadModelSources } from '../common/sources.js';
import { HistoryRows } from './history-rows.js';
import { PageReading } from './page-reading.js';

const emptyPage: HistoryPage = { entries: [], hasMoreBefore: false, hasMoreAfter: false };

/** Pages of a conversation. Fails with ReadModelUnavailable while the engine or the rows are away. */
export class CassandraHistoryReader implements HistoryReader {
  constructor(private readonly sources: ReadModelSources) {}

  async page(query: HistoryQuery): Promise<HistoryPage> {
    const safe = Math.min(this.sources.safePosition(), query.upTo ?? Infinity);
    const rows = await this.#rows();
    const head = await rows.head(query.conversationId);
    if (head === null) return emptyPage;
    const last = await rows.sequenceAt(query.conversationId, head, safe);
    return new PageReading(rows, head, query, safe, last).read();
  }

  /** The head is read first: the message is at least as new as the revision says. */
  async message(
    conversationId: string,
    sequence: number,
    upTo = Infinity,
  ): Promise<{ readonly json: string | null; readonly projectedRevision: number }> {
    const rows = await this.#rows();
    const head = await rows.head(conversationId);
    if (head === null) return { json: null, projectedRevision: -1 };
    const known = sequence >= 1 && sequence <= head.lastSequence;
    const message = known ? await rows.message(conversationId, sequence) : null;
    const json = message === null || message.position > upTo ? null : message.body;
    return { json, projectedRevision: head.revision };
  }

  async #rows(): Promise<HistoryRows> {
    return new HistoryRows(this.sources.client, await this.sources.generations.of('history'));
  }
}
