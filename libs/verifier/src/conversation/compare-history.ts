import { conversationStream, type MembershipWindow } from '@parley/events';
import type { Findings } from '../findings.js';
import { readStream } from '../log/read-stream.js';
import type { LogSource, RowSource } from '../sources.js';
import type { ConversationFold } from './conversation-fold.js';
import { messageView } from './message-fold.js';

const pageSize = 200;
const everything: readonly MembershipWindow[] = [
  { afterSequence: 0, untilSequence: null, afterPosition: 0, untilPosition: null },
];

/** H: every message as it stands, none missing and none too many. In memory is a page of each side. */
export async function compareHistory(
  fold: ConversationFold,
  log: LogSource,
  rows: RowSource,
  findings: Findings,
): Promise<void> {
  const { id } = fold;
  const found = historyOf(rows, id);
  let row = await found.next();
  for await (const page of readStream(log, conversationStream(id))) {
    for (const { event, recorded } of page) {
      if (event.type !== 'MessageSent.v1') continue;
      const { sequence } = event.data;
      for (; row.done !== true && row.value.sequence < sequence; row = await found.next()) {
        findings.compare('H', id, `message ${row.value.sequence}`, undefined, row.value.view);
      }
      const view = messageView(id, event.data, recorded.time, fold.changes.get(sequence) ?? []);
      const there = row.done !== true && row.value.sequence === sequence ? row.value : undefined;
      findings.compare('H', id, `message ${sequence}`, view, there?.view);
      if (there !== undefined) row = await found.next();
    }
  }
  for (; row.done !== true; row = await found.next()) {
    findings.compare('H', id, `message ${row.value.sequence}`, undefined, row.value.view);
  }
}

async function* historyOf(
  rows: RowSource,
  conversationId: string,
): AsyncGenerator<{ readonly sequence: number; readonly view: unknown }, undefined> {
  for (let after = 0; ;) {
    const query = { conversationId, windows: everything, after, limit: pageSize, notices: false } as const;
    const { entries } = await rows.history.page(query);
    const last = entries.at(-1);
    if (last === undefined) return;
    for (const { sequence, json } of entries) yield { sequence, view: JSON.parse(json) as unknown };
    after = last.sequence;
  }
}
