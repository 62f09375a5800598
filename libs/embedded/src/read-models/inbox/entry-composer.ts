import { type MembershipWindow, type SequenceRange, visibleRanges } from '@parley/events';
import {
  conversationJson,
  entryJson,
  readStateJson,
  settingsJson,
  unreadFacts,
  type ConversationFacts,
} from '@parley/ports';
import { HistoryRows } from '../history/history-rows.js';
import { type MemberRow, MembershipRows } from '../membership/membership-rows.js';
import type { ReadConnection } from '../reading/read-connection.js';
import { readWatermark, receiptsOf } from '../watermarks/watermark-rows.js';

interface HeadRow {
  readonly kind: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly peers: string | null;
  readonly pins: string;
  readonly started_at: string;
}

interface SettingsRow {
  readonly muted: number;
  readonly muted_until: number | null;
  readonly archived: number;
  readonly marked_unread: number;
}

/**
 * Puts the views of the inbox together from the rows of several projections, within one snapshot. `asOf` is a position:
 * messages beyond it do not count, be it that they are not yet everywhere or that they come as changes of their own.
 */
export class EntryComposer {
  readonly history: HistoryRows;
  readonly membership: MembershipRows;

  constructor(private readonly db: ReadConnection) {
    this.history = new HistoryRows(db);
    this.membership = new MembershipRows(db);
  }

  /** The inbox entry of a present member; null for everybody else. */
  entry(conversationId: string, userId: string, asOf: number): string | null {
    const row = this.membership.member(conversationId, userId);
    return row === undefined || row.role === null ? null : this.entryOf(row, asOf);
  }

  entryOf(row: MemberRow, asOf: number): string | null {
    const { conversation: id, user } = row;
    const windows = this.membership.windows(row);
    const last = this.lastSequence(id, asOf);
    const conversation = this.conversation(id, asOf, windows);
    if (conversation === null) return null;
    return entryJson({
      conversation,
      role: row.role ?? 'member',
      afterSequence: row.after_sequence,
      lastMessage: this.#lastMessage(id, windows, last),
      readState: this.#readState(id, user, windows, last),
      settings: this.settings(id, user),
      receipts: receiptsOf(this.db, id, this.membership.memberCount(id)),
    });
  }

  /** The conversation view; with windows, without the pins of messages that lie outside of them. */
  conversation(id: string, asOf: number, windows?: readonly MembershipWindow[]): string | null {
    const head = this.#head(id);
    if (head === undefined) return null;
    const counts = { memberCount: this.membership.memberCount(id), lastSequence: this.lastSequence(id, asOf) };
    return conversationJson(id, factsOf(head), counts, windows);
  }

  pins(id: string): readonly number[] {
    const head = this.#head(id);
    return head === undefined ? [] : (JSON.parse(head.pins) as number[]);
  }

  /** Of a present member; null for everybody else. */
  readState(id: string, userId: string, asOf: number): string | null {
    const row = this.membership.member(id, userId);
    if (row === undefined || row.role === null) return null;
    return this.#readState(id, userId, this.membership.windows(row), this.lastSequence(id, asOf));
  }

  settings(conversationId: string, userId: string): string {
    const row = this.db.get<SettingsRow>(
      'SELECT muted, muted_until, archived, marked_unread FROM inbox.settings WHERE user = ? AND conversation = ?',
      userId,
      conversationId,
    );
    return settingsJson(
      conversationId,
      row === undefined
        ? undefined
        : {
            muted: row.muted === 1,
            mutedUntil: row.muted_until,
            archived: row.archived === 1,
            markedUnread: row.marked_unread === 1,
          },
    );
  }

  lastSequence(conversationId: string, asOf: number): number {
    const conversation = this.history.conversation(conversationId);
    return conversation === undefined ? 0 : this.history.sequenceAt(conversation, asOf);
  }

  #head(id: string): HeadRow | undefined {
    return this.db.get<HeadRow>(
      'SELECT kind, title, description, peers, pins, started_at FROM inbox.heads WHERE id = ?',
      id,
    );
  }

  #lastMessage(id: string, windows: readonly MembershipWindow[], last: number): string | null {
    const visible = visibleRanges(windows, { from: 1, to: last }).at(-1)?.to;
    const conversation = visible === undefined ? undefined : this.history.conversation(id);
    if (visible === undefined || conversation === undefined) return null;
    return this.history.message(conversation.no, visible)?.body ?? null;
  }

  #readState(id: string, userId: string, windows: readonly MembershipWindow[], lastSequence: number): string {
    const unread = unreadFacts(windows, readWatermark(this.db, id, userId), lastSequence);
    return readStateJson(id, unread, this.#mentions(id, userId, unread.ranges), lastSequence);
  }

  #mentions(id: string, userId: string, ranges: readonly SequenceRange[]): number {
    let mentions = 0;
    for (const { from, to } of ranges) {
      const row = this.db.get<{ mentions: number }>(
        `SELECT count(*) AS mentions FROM inbox.mentions
         WHERE user = ? AND conversation = ? AND sequence BETWEEN ? AND ?`,
        userId,
        id,
        from,
        to,
      );
      mentions += row?.mentions ?? 0;
    }
    return mentions;
  }
}

const factsOf = (head: HeadRow): ConversationFacts => ({
  kind: head.kind,
  title: head.title,
  description: head.description,
  peerIds: head.peers === null ? null : (JSON.parse(head.peers) as string[]),
  pins: JSON.parse(head.pins) as number[],
  startedAt: head.started_at,
});
