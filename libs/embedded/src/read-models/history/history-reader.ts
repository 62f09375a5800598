import { visibleRanges, type MembershipWindow, type SequenceRange } from '@parley/events';
import {
  takeFirst,
  takeLast,
  type HistoryEntry,
  type HistoryPage,
  type HistoryQuery,
  type HistoryReader,
} from '@parley/ports';
import type { ReadFiles } from '../reading/read-files.js';
import { HistoryRows, type ConversationRow, type MessageRow, type NoticeRow } from './history-rows.js';

const emptyPage: HistoryPage = { entries: [], hasMoreBefore: false, hasMoreAfter: false };

/**
 * Pages are chosen by arithmetic on sequences, which have no gaps: a page is a few index ranges, wherever it lies. A page
 * ends at a message, so that going on from its outermost sequence repeats and skips nothing; the notices beyond it are
 * on the next one. Of more notices between two messages than fit on a page, the farthest are left out.
 */
export class SqliteHistoryReader implements HistoryReader {
  constructor(private readonly files: ReadFiles) {}

  async page(query: HistoryQuery): Promise<HistoryPage> {
    const db = this.files.open('history');
    return db.snapshot(['history'], () => {
      const rows = new HistoryRows(db);
      const conversation = rows.conversation(query.conversationId);
      if (conversation === undefined) return emptyPage;
      return new PageReading(
        rows,
        conversation,
        query,
        Math.min(this.files.safePosition(), query.upTo ?? Infinity),
      ).read();
    });
  }

  async message(
    conversationId: string,
    sequence: number,
    upTo = Infinity,
  ): Promise<{ readonly json: string | null; readonly projectedRevision: number }> {
    const db = this.files.open('history');
    return db.snapshot(['history'], () => {
      const rows = new HistoryRows(db);
      const conversation = rows.conversation(conversationId);
      if (conversation === undefined) return { json: null, projectedRevision: -1 };
      const message = rows.message(conversation.no, sequence);
      const json = message === undefined || message.position > upTo ? null : message.body;
      return { json, projectedRevision: conversation.revision };
    });
  }
}

/** One side of a page. `cut`: something on this side did not find room. */
interface Part {
  readonly entries: readonly HistoryEntry[];
  readonly cut: boolean;
}
const none: Part = { entries: [], cut: false };

/** One reading of one page. */
class PageReading {
  readonly #windows: readonly MembershipWindow[];
  readonly #visible: readonly SequenceRange[];

  constructor(
    private readonly rows: HistoryRows,
    private readonly conversation: ConversationRow,
    private readonly query: HistoryQuery,
    private readonly safe: number,
  ) {
    this.#windows = query.windows;
    this.#visible = visibleRanges(query.windows, { from: 1, to: rows.sequenceAt(conversation, safe) });
  }

  read(): HistoryPage {
    const { before, after, around, limit } = this.query;
    const end = Number.MAX_SAFE_INTEGER;
    if (after !== undefined)
      return this.#page(none, this.#up(after + 1, this.#positionOf(after) ?? 0, limit), after + 1);
    if (before !== undefined) return this.#page(this.#down(before, this.#before(before), limit), none, before);
    if (around === undefined) return this.#page(this.#down(end, this.safe, limit), none, end);
    const start = this.#before(around);
    const half = this.#down(around, start, Math.floor(limit / 2)).entries.length;
    const newer = this.#up(around, start, limit - half);
    return this.#page(this.#down(around, start, limit - newer.entries.length), newer, around);
  }

  /** Ascending entries below a sequence, at or before a position: the nearest `limit`. */
  #down(beforeSequence: number, upTo: number, limit: number): Part {
    if (limit <= 0) return none;
    const messages = takeLast(this.#visible, beforeSequence, limit).flatMap((range) => this.#messages(range));
    const first = messages[0];
    const from = first !== undefined && this.#moreBefore(first.sequence) ? first.position : 0;
    const all = merge(messages, this.#notices(from, upTo, limit, 'DESC').toReversed());
    const entries = all.slice(-limit);
    const nearest = messages.at(-1);
    if (nearest !== undefined && !entries.some(isMessage)) entries.splice(0, 1, messageEntry(nearest));
    const oldest = entries.findIndex(isMessage);
    if (oldest < 0) return { entries, cut: false };
    // What stands before this message belongs to the next page, if there is one.
    if (this.#moreBefore(entries[oldest]?.sequence ?? 0)) return { entries: entries.slice(oldest), cut: true };
    return { entries, cut: entries.length < all.length };
  }

  /** Ascending entries from a sequence on, after a position (exclusive): the nearest `limit`. */
  #up(fromSequence: number, after: number, limit: number): Part {
    if (limit <= 0) return none;
    const messages = takeFirst(this.#visible, fromSequence, limit).flatMap((range) => this.#messages(range));
    const last = messages.at(-1);
    const to = last !== undefined && this.#moreAfter(last.sequence) ? last.position : this.safe;
    const all = merge(messages, this.#notices(after + 1, to, limit, 'ASC'));
    const entries = all.slice(0, limit);
    const nearest = messages[0];
    if (nearest !== undefined && !entries.some(isMessage)) entries.splice(-1, 1, messageEntry(nearest));
    const newest = entries.findLastIndex(isMessage);
    if (newest < 0) return { entries, cut: false };
    if (this.#moreAfter(entries[newest]?.sequence ?? 0)) return { entries: entries.slice(0, newest + 1), cut: true };
    return { entries, cut: entries.length < all.length };
  }

  /** `edge`: the sequence between the two parts, which tells what lies beyond an empty one. */
  #page(older: Part, newer: Part, edge: number): HistoryPage {
    const entries = [...older.entries, ...newer.entries];
    const messages = entries.filter(isMessage);
    const first = messages[0]?.sequence ?? edge;
    const last = messages.at(-1)?.sequence ?? edge - 1;
    return {
      entries,
      hasMoreBefore: older.cut || this.#moreBefore(first),
      hasMoreAfter: newer.cut || this.#moreAfter(last),
    };
  }

  #messages({ from, to }: SequenceRange): MessageRow[] {
    return this.rows.messages(this.conversation.no, from, to, to - from + 1);
  }

  /** Of all windows, nearest first in the given order. */
  #notices(from: number, to: number, limit: number, order: 'ASC' | 'DESC'): NoticeRow[] {
    const found: NoticeRow[] = [];
    if (!this.query.notices || limit <= 0) return found;
    for (const window of order === 'ASC' ? this.#windows : this.#windows.toReversed()) {
      const low = Math.max(from, window.afterPosition);
      const high = Math.min(to, window.untilPosition ?? to);
      if (low > high) continue;
      found.push(...this.rows.notices(this.conversation.no, low, high, limit - found.length, order));
      if (found.length >= limit) break;
    }
    return found;
  }

  #positionOf(sequence: number): number | null {
    return sequence === 0 ? null : (this.rows.message(this.conversation.no, sequence)?.position ?? null);
  }

  /** The position just before the message with this sequence; the safe one when there is none. */
  #before(sequence: number): number {
    const position = this.rows.positionOf(this.conversation.no, sequence);
    return position === null ? this.safe : Math.min(position - 1, this.safe);
  }

  #moreBefore(sequence: number): boolean {
    return this.#visible.some((range) => range.from < sequence);
  }

  #moreAfter(sequence: number): boolean {
    return this.#visible.some((range) => range.to > sequence);
  }
}

const isMessage = (entry: HistoryEntry): boolean => entry.kind === 'message';

const messageEntry = ({ sequence, changed, position, body }: MessageRow): HistoryEntry => ({
  kind: 'message',
  sequence,
  position: changed ?? position,
  json: body,
});

/** Both ascending by the position they stand at. */
function merge(messages: readonly MessageRow[], notices: readonly NoticeRow[]): HistoryEntry[] {
  const merged: HistoryEntry[] = [];
  let next = 0;
  for (const message of messages) {
    for (; (notices[next]?.position ?? Infinity) < message.position; next++) pushNotice(notices[next]);
    merged.push(messageEntry(message));
  }
  for (; next < notices.length; next++) pushNotice(notices[next]);
  return merged;

  function pushNotice(notice: NoticeRow | undefined): void {
    if (notice === undefined) return;
    const { position, after_sequence: sequence, body } = notice;
    merged.push({ kind: 'notice', sequence, position, json: body });
  }
}
