import { conversationStream } from '@parley/events';
import type { Findings } from '../findings.js';
import { readStream } from '../log/read-stream.js';
import type { LogSource, RowSource } from '../sources.js';
import { HistoryComparison } from './compare-history.js';
import { SearchComparison } from './compare-search.js';
import type { ConversationFold } from './conversation-fold.js';

/** H and S, in one reading of the stream. In memory is a page of each side. */
export async function compareMessages(
  fold: ConversationFold,
  log: LogSource,
  rows: RowSource,
  findings: Findings,
): Promise<void> {
  const history = new HistoryComparison(fold, rows.history, findings);
  const search = new SearchComparison(fold, await rows.search(), findings);
  for await (const page of readStream(log, conversationStream(fold.id))) {
    for (const each of page) {
      await history.take(each);
      if (each.event.type === 'MessageSent.v1') await search.take(each.event.data, each.recorded);
    }
  }
  await history.end();
  await search.end();
}
