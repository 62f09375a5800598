import { visibleRanges, type MembershipWindow, type SequenceRange } from '@parley/events';
import { takeFirst, takeLast, type HistoryEntry, type HistoryPage, type HistoryQuery } from '@parley/ports';
import type { HistoryHead, StoredMessage } from './history-fold.js';
import type { HistoryRows, NoticeRow } from './history-rows.js';

/** One side of a page. `cut`: something on this side did not find room. */
interface Part {
  readonly entries: readonly HistoryEntry[];
  readonly cut: boolean;
}
const none: Part = { entries: [], cut: false };

/**
 * One reading of one page. Pages are chosen by arithmetic on sequences, which have no gaps. A page ends at a message, so
 * that going on from its outermost sequence repeats and skips nothing; the notices beyond it are on the next one. Of
 * more notices between two messages than fit on a page, the farthest are left out.
 */
export class PageReading {
  readonly #visible: readonly SequenceRange[];

  constructor(
    private readonly rows: HistoryRows,
    private readonly head: HistoryHead,
    private readonly query: HistoryQuery,
    private readonly safe: number,
    /** Sequence of the last message at or before the safe position. */
    lastSequence: number,
  ) {
    this.#visible = visibleRanges(query.windows, { from: 1, to: lastSequence });
  }

  async read(): Promise<HistoryPage> {
    const { before, after, around, limit } = this.query;
    const end = Number.MAX_SAFE_INTEGER;
    if (after !== undefined) {
      return this.#page(none, await this.#up(after + 1, await this.#positionAfter(after), limit), after + 1);
    }
    if (before !== undefined) {
      return this.#page(await this.#down(before, await this.#before(before), limit), none, before);
    }
    if (around === undefined) return this.#page(await this.#down(end, this.safe, limit), none, end);
    const start = await this.#before(around);
    const half = (await this.#down(around, start, Math.floor(limit / 2))).entries.length;
    const newer = await this.#up(around, start, limit - half);
    return this.#page(await this.#down(around, start, limit - newer.entries.length), newer, around);
  }

  /** Ascending entries below a sequence, at or before a position: the nearest `limit`. */
  async #down(beforeSequence: number, upTo: number, limit: number): Promise<Part> {
    if (limit <= 0) return none;
    const messages = await this.#messages(takeLast(this.#visible, beforeSequence, limit));
    const first = messages[0];
    const cutAt = first !== undefined && this.#moreBefore(first.sequence) ? first : null;
    const sequences = { from: cutAt?.sequence ?? 0, to: beforeSequence - 1 };
    const notices = await this.#notices(sequences, { from: cutAt?.position ?? 0, to: upTo }, limit, 'DESC');
    const all = merge(messages, notices.toReversed());
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
  async #up(fromSequence: number, after: number, limit: number): Promise<Part> {
    if (limit <= 0) return none;
    const messages = await this.#messages(takeFirst(this.#visible, fromSequence, limit));
    const last = messages.at(-1);
    const cutAt = last !== undefined && this.#moreAfter(last.sequence) ? last : null;
    const sequences = { from: fromSequence - 1, to: cutAt?.sequence ?? Number.MAX_SAFE_INTEGER };
    const positions = { from: after + 1, to: cutAt?.position ?? this.safe };
    const all = merge(messages, await this.#notices(sequences, positions, limit, 'ASC'));
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

  async #messages(ranges: readonly SequenceRange[]): Promise<readonly StoredMessage[]> {
    const parts = await Promise.all(
      ranges.map(({ from, to }) => this.rows.messages(this.query.conversationId, from, to)),
    );
    return parts.flat();
  }

  /** Of all windows, nearest first in the given order. */
  async #notices(
    sequences: SequenceRange,
    positions: { readonly from: number; readonly to: number },
    limit: number,
    order: 'ASC' | 'DESC',
  ): Promise<readonly NoticeRow[]> {
    const found: NoticeRow[] = [];
    const { conversationId, notices, windows } = this.query;
    if (!notices || limit <= 0) return found;
    for (const window of order === 'ASC' ? windows : windows.toReversed()) {
      const within = this.#within(window, sequences);
      const from = Math.max(positions.from, window.afterPosition);
      const to = Math.min(positions.to, window.untilPosition ?? positions.to);
      if (from > to || within.from > within.to) continue;
      const left = limit - found.length;
      found.push(...(await this.rows.notices(conversationId, within, { from, to }, left, order)));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** The part of a range that lies in a window, the place before its first message included. */
  #within({ afterSequence, untilSequence }: MembershipWindow, { from, to }: SequenceRange): SequenceRange {
    const last = this.head.lastSequence;
    return { from: Math.max(from, afterSequence), to: Math.min(to, untilSequence ?? last, last) };
  }

  /** The position of this message; 0 when there is none. */
  async #positionAfter(sequence: number): Promise<number> {
    if (sequence < 1 || sequence > this.head.lastSequence) return 0;
    return (await this.rows.message(this.query.conversationId, sequence))?.position ?? 0;
  }

  /** The position just before the message with this sequence; the safe one when there is none. */
  async #before(sequence: number): Promise<number> {
    const position = await this.rows.positionOf(this.query.conversationId, sequence, this.head.lastSequence);
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

const messageEntry = ({ sequence, changed, position, body }: StoredMessage): HistoryEntry => ({
  kind: 'message',
  sequence,
  position: changed ?? position,
  json: body,
});

/** Both ascending by the position they stand at. */
function merge(messages: readonly StoredMessage[], notices: readonly NoticeRow[]): HistoryEntry[] {
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
    const { position, afterSequence: sequence, body } = notice;
    merged.push({ kind: 'notice', sequence, position, json: body });
  }
}
