import type { MessageView } from '@parley/protocol';
import type { ReadFaults } from './compare-history.js';

/** What the row of one group has to say to one member. */
export interface DueRow {
  readonly conversationId: string;
  readonly title: string;
  readonly memberCount: number;
  /** Of the group's last message. */
  readonly lastSequence: number;
  /** Of the last message that this person may see; 0: none. */
  readonly lastVisible: number;
  readonly read: number;
  readonly unread: number;
  readonly mentions: number;
}

/** A row of the conversation list, from the server or from a device. */
export interface Row extends Omit<DueRow, 'lastVisible'> {
  readonly lastMessage: MessageView | null;
}

const fields = ['title', 'memberCount', 'lastSequence', 'read', 'unread', 'mentions'] as const;

/** What is wrong with each field; empty: the row is right. */
function wrongFields(row: Row, due: DueRow, isRight: (message: MessageView) => boolean): string[] {
  const wrong: string[] = fields
    .filter((field) => row[field] !== due[field])
    .map((field) => `${field} ${row[field]} instead of ${due[field]}`);
  const { lastMessage } = row;
  const lastIsRight =
    lastMessage === null ? due.lastVisible === 0 : lastMessage.sequence === due.lastVisible && isRight(lastMessage);
  return lastIsRight
    ? wrong
    : [...wrong, `last message ${lastMessage?.sequence ?? 'none'} instead of ${due.lastVisible}`];
}

export interface InboxFaults extends ReadFaults {
  /** One line each. */
  readonly details: readonly string[];
}

/**
 * A person's conversation list against the groups they are in. A row that is wrong, missing or there twice counts as
 * one mismatch; a row of a group they are not in is what they were not there for.
 */
export function compareInbox(
  rows: readonly Row[],
  due: readonly DueRow[],
  isRight: (message: MessageView) => boolean,
): InboxFaults {
  const missing = new Map(due.map((each) => [each.conversationId, each]));
  const all = new Set(missing.keys());
  const details: string[] = [];
  let mismatches = 0;
  let unauthorised = 0;
  for (const row of rows) {
    const { conversationId } = row;
    const expected = missing.get(conversationId);
    missing.delete(conversationId);
    if (!all.has(conversationId)) {
      unauthorised++;
      details.push(`${conversationId} is in the list of somebody who is not in it`);
    } else if (expected === undefined) {
      mismatches++;
      details.push(`${conversationId} is there twice`);
    } else {
      const wrong = wrongFields(row, expected, isRight);
      if (wrong.length === 0) continue;
      mismatches++;
      details.push(`${conversationId}: ${wrong.join(', ')}`);
    }
  }
  for (const conversationId of missing.keys()) details.push(`${conversationId} is not there`);
  return { mismatches: mismatches + missing.size, unauthorised, details };
}
