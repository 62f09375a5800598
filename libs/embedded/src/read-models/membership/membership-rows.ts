import { type MembershipWindow, sequenceWindowsOf, type SequenceWindow } from '@parley/events';
import { memberJson } from '@parley/ports';
import type { ReadConnection } from '../reading/read-connection.js';

export interface MemberRow {
  readonly conversation: string;
  readonly user: string;
  readonly role: 'owner' | 'admin' | 'member' | null;
  readonly state: 'member' | 'left' | 'removed';
  readonly changed: number;
  readonly after_sequence: number;
  readonly after_position: number;
  readonly until_sequence: number | null;
  readonly until_position: number | null;
  /** How many windows there were before this one. */
  readonly earlier: number;
}

const columns =
  'conversation, user, role, state, changed, after_sequence, after_position, until_sequence, until_position, earlier';

/** Queries on the tables of membership. */
export class MembershipRows {
  constructor(private readonly db: ReadConnection) {}

  member(conversationId: string, userId: string): MemberRow | undefined {
    return this.db.get<MemberRow>(
      `SELECT ${columns} FROM membership.members WHERE conversation = ? AND user = ?`,
      conversationId,
      userId,
    );
  }

  /** In order. */
  windows(row: MemberRow): MembershipWindow[] {
    const last: MembershipWindow = {
      afterSequence: row.after_sequence,
      untilSequence: row.until_sequence,
      afterPosition: row.after_position,
      untilPosition: row.until_position,
    };
    if (row.earlier === 0) return [last];
    const earlier = this.db.all<MembershipWindow>(
      `SELECT after_sequence AS afterSequence, until_sequence AS untilSequence, after_position AS afterPosition,
         until_position AS untilPosition
       FROM membership.windows WHERE conversation = ? AND user = ? ORDER BY after_position`,
      row.conversation,
      row.user,
    );
    return [...earlier, last];
  }

  /** How the window that ended at this position ended, for somebody who came back. */
  endOf(row: MemberRow, untilPosition: number): 'left' | 'removed' {
    const earlier = this.db.get<{ state: 'left' | 'removed' }>(
      'SELECT state FROM membership.windows WHERE conversation = ? AND user = ? AND until_position = ?',
      row.conversation,
      row.user,
      untilPosition,
    );
    return earlier?.state ?? (row.state === 'removed' ? 'removed' : 'left');
  }

  /** Where this person was a member as of a position, which the rows may be ahead of. */
  conversationsOf(userId: string, asOf: number): string[] {
    return this.db
      .all<{ conversation: string }>(
        `SELECT conversation FROM membership.members
         WHERE user = ? AND after_position <= ? AND (until_position IS NULL OR until_position > ?)
         UNION
         SELECT w.conversation FROM membership.members m
         JOIN membership.windows w ON w.conversation = m.conversation AND w.user = m.user
         WHERE m.user = ? AND m.earlier > 0 AND w.after_position <= ? AND w.until_position > ?
         ORDER BY conversation`,
        userId,
        asOf,
        asOf,
        userId,
        asOf,
        asOf,
      )
      .map((row) => row.conversation);
  }

  /** The same with all windows of each. */
  windowsOf(userId: string, asOf: number): Map<string, readonly SequenceWindow[]> {
    const present = new Set(this.conversationsOf(userId, asOf));
    const rows = this.db.all<MemberRow>(`SELECT ${columns} FROM membership.members WHERE user = ?`, userId);
    return new Map(
      rows
        .filter(({ conversation }) => present.has(conversation))
        .map((row) => [row.conversation, sequenceWindowsOf(this.windows(row))]),
    );
  }

  /** Members now, by user id. */
  members(conversationId: string, afterUserId: string, limit: number): MemberRow[] {
    return this.db.all<MemberRow>(
      `SELECT ${columns} FROM membership.members
       WHERE conversation = ? AND user > ? AND role IS NOT NULL ORDER BY user LIMIT ?`,
      conversationId,
      afterUserId,
      limit,
    );
  }

  /** Whose membership changed after a position (exclusive) up to another, former members too. */
  changes(conversationId: string, after: number, upTo: number, limit: number): MemberRow[] {
    return this.db.all<MemberRow>(
      `SELECT ${columns} FROM membership.members
       WHERE conversation = ? AND changed > ? AND changed <= ? ORDER BY changed LIMIT ?`,
      conversationId,
      after,
      upTo,
      limit,
    );
  }

  memberCount(conversationId: string): number {
    const row = this.db.get<{ members: number }>(
      'SELECT members FROM membership.conversations WHERE id = ?',
      conversationId,
    );
    return row?.members ?? 0;
  }

  shareConversation(userId: string, otherId: string): boolean {
    const row = this.db.get(
      `SELECT 1 FROM membership.members mine
       JOIN membership.members theirs ON theirs.conversation = mine.conversation AND theirs.user = ?
       WHERE mine.user = ? AND mine.role IS NOT NULL AND theirs.role IS NOT NULL LIMIT 1`,
      otherId,
      userId,
    );
    return row !== undefined;
  }
}

export const memberViewOf = (row: MemberRow): string =>
  memberJson({
    conversationId: row.conversation,
    userId: row.user,
    role: row.role,
    state: row.state,
    afterSequence: row.after_sequence,
  });
