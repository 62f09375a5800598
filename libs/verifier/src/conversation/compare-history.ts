import type { MembershipWindow } from '@parley/events';
import type { Findings } from '../findings.js';
import type { StreamEvent } from '../log/read-stream.js';
import type { HistoryRow, RowSource } from '../sources.js';
import type { ConversationFold } from './conversation-fold.js';
import { messageView } from './message-fold.js';
import { noticeView } from './notice-view.js';
import { RowsAhead } from './rows-ahead.js';

const pageSize = 200;
/** A page shows no more notices between two messages; the ones beyond are not to be read. */
const noticesShown = pageSize - 1;
export const everything: readonly MembershipWindow[] = [
  { afterSequence: 0, untilSequence: null, afterPosition: 0, untilPosition: null },
];

/** H: every message as it stands and every notice, none missing and none too many. Events in the order of the stream. */
export class HistoryComparison {
  readonly #rows: RowsAhead<HistoryRow>;
  #sequence = 0;
  /** After the last message. */
  #notices = 0;

  constructor(
    private readonly fold: ConversationFold,
    history: RowSource['history'],
    private readonly findings: Findings,
  ) {
    const query = { conversationId: fold.id, windows: everything, limit: pageSize, notices: true } as const;
    this.#rows = new RowsAhead(async (last) => {
      const { entries } = await history.page({ ...query, after: last?.sequence ?? 0 });
      // After the last message is nothing but the notices that ended the page before.
      return last?.kind === 'notice' ? [] : entries;
    });
  }

  async take(each: StreamEvent): Promise<void> {
    const { event, recorded } = each;
    const { id } = this.fold;
    if (event.type === 'MessageSent.v1') {
      const { sequence } = event.data;
      this.#sequence = sequence;
      this.#notices = 0;
      const view = messageView(id, event.data, recorded.time, this.fold.changes.get(sequence) ?? []);
      await this.#compare(view, 'message', sequence, 0);
      return;
    }
    const notice = noticeView(id, this.#sequence, each);
    if (notice === null || this.#notices++ >= noticesShown) return;
    await this.#compare(notice, 'notice', this.#sequence, recorded.position);
  }

  /** What is left in the rows should not be there. */
  async end(): Promise<void> {
    for (await this.#rows.fill(); this.#rows.first !== undefined; await this.#rows.fill()) this.#tooMany();
  }

  async #compare(due: unknown, kind: HistoryRow['kind'], sequence: number, position: number): Promise<void> {
    for (;;) {
      if (!this.#rows.isFilled) await this.#rows.fill();
      const row = this.#rows.first;
      const order = row === undefined ? 1 : compareRow(row, sequence, position);
      if (order < 0) {
        this.#tooMany();
        continue;
      }
      const is = order === 0 ? (JSON.parse(row?.json ?? '') as unknown) : undefined;
      if (order === 0) this.#rows.take();
      this.findings.compare('H', this.fold.id, nameOf(kind, sequence, position), due, is);
      return;
    }
  }

  #tooMany(): void {
    const row = this.#rows.first;
    if (row === undefined) return;
    this.#rows.take();
    const what = nameOf(row.kind, row.sequence, row.position);
    this.findings.compare('H', this.fold.id, what, undefined, JSON.parse(row.json));
  }
}

const nameOf = (kind: HistoryRow['kind'], sequence: number, position: number): string =>
  kind === 'message' ? `message ${sequence}` : `notice ${position} after message ${sequence}`;

/** Below 0: the row stands before this place in the timeline. `position`: of a notice; 0: the message itself. */
const compareRow = (row: HistoryRow, sequence: number, position: number): number =>
  row.sequence === sequence ? (row.kind === 'message' ? 0 : row.position) - position : row.sequence - sequence;
