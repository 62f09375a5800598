import type { ReadConnection } from '../reading/read-connection.js';

export interface MessageRow {
  /** Of the event that sent it. */
  readonly position: number;
  readonly sequence: number;
  /** Of its last change; null when it never changed. */
  readonly changed: number | null;
  readonly body: string;
}

export interface NoticeRow {
  readonly position: number;
  readonly after_sequence: number;
  readonly body: string;
}

export interface ConversationRow {
  readonly no: number;
  readonly lastSequence: number;
  readonly revision: number;
}

/** Queries on the tables of history. Bounds are inclusive unless they say otherwise. */
export class HistoryRows {
  constructor(private readonly db: ReadConnection) {}

  conversation(conversationId: string): ConversationRow | undefined {
    return this.db.get<ConversationRow>(
      'SELECT no, last_sequence AS lastSequence, revision FROM history.conversations WHERE id = ?',
      conversationId,
    );
  }

  message(no: number, sequence: number): MessageRow | undefined {
    return this.db.get<MessageRow>(
      'SELECT position, sequence, changed, body FROM history.messages WHERE conversation = ? AND sequence = ?',
      no,
      sequence,
    );
  }

  /** Ascending. */
  messages(no: number, from: number, to: number, limit: number): MessageRow[] {
    return this.db.all<MessageRow>(
      `SELECT position, sequence, changed, body FROM history.messages
       WHERE conversation = ? AND sequence BETWEEN ? AND ? ORDER BY sequence LIMIT ?`,
      no,
      from,
      to,
      limit,
    );
  }

  /** Changes of messages after a position (exclusive) up to another, in the order of each one's last change. */
  changes(no: number, after: number, upTo: number, limit: number): (MessageRow & { readonly changed: number })[] {
    return this.db.all<MessageRow & { readonly changed: number }>(
      `SELECT position, sequence, changed, body FROM history.messages
       WHERE conversation = ? AND changed > ? AND changed <= ? ORDER BY changed LIMIT ?`,
      no,
      after,
      upTo,
      limit,
    );
  }

  notices(no: number, from: number, to: number, limit: number, order: 'ASC' | 'DESC'): NoticeRow[] {
    return this.db.all<NoticeRow>(
      `SELECT position, after_sequence, body FROM history.notices
       WHERE conversation = ? AND position BETWEEN ? AND ? ORDER BY position ${order} LIMIT ?`,
      no,
      from,
      to,
      limit,
    );
  }

  notice(no: number, position: number): string | null {
    const row = this.db.get<{ body: string }>(
      'SELECT body FROM history.notices WHERE conversation = ? AND position = ?',
      no,
      position,
    );
    return row?.body ?? null;
  }

  /** The body as it was at a position, for somebody who may not see what was edited later; null: as it is. */
  versionAt(no: number, sequence: number, position: number): string | null {
    const row = this.db.get<{ body: string }>(
      `SELECT body FROM history.versions WHERE conversation = ? AND sequence = ? AND until_position > ?
       ORDER BY until_position LIMIT 1`,
      no,
      sequence,
      position,
    );
    return row?.body ?? null;
  }

  /**
   * Sequence of the last message at or before this position; 0 for none. Positions rise with sequences: looks near the
   * end first, then halves. Costs at most twice the logarithm of the distance from the end.
   */
  sequenceAt({ no, lastSequence }: ConversationRow, position: number): number {
    let above = lastSequence + 1;
    let step = 1;
    let below = 0;
    let answer = 0;
    for (let sequence = lastSequence; sequence > 0; sequence = above - step, step *= 2) {
      const found = this.#atOrBefore(no, sequence);
      if (found === undefined) break;
      if (found.position <= position) {
        below = sequence;
        answer = found.sequence;
        break;
      }
      above = found.sequence;
    }
    while (above - below > 1) {
      const middle = Math.floor((above + below) / 2);
      const found = this.#atOrBefore(no, middle);
      if (found === undefined || found.position <= position) {
        below = middle;
        answer = found?.sequence ?? answer;
      } else above = found.sequence;
    }
    return answer;
  }

  /** Position of the first message with at least this sequence, or null. */
  positionOf(no: number, sequence: number): number | null {
    const row = this.db.get<{ position: number }>(
      'SELECT position FROM history.messages WHERE conversation = ? AND sequence >= ? ORDER BY sequence LIMIT 1',
      no,
      sequence,
    );
    return row?.position ?? null;
  }

  #atOrBefore(no: number, sequence: number): { position: number; sequence: number } | undefined {
    return this.db.get<{ position: number; sequence: number }>(
      `SELECT position, sequence FROM history.messages
       WHERE conversation = ? AND sequence <= ? ORDER BY sequence DESC LIMIT 1`,
      no,
      sequence,
    );
  }
}
