import type { MembershipOperation } from '@parley/ports';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RowWriter } from '../files/sqlite-projection.js';

type OperationOf<T extends MembershipOperation['type']> = Extract<MembershipOperation, { type: T }>;

interface MemberRow {
  readonly role: string | null;
}

/** What a batch did to a conversation: how many more members, when their number and when anything changed last. */
interface Count {
  members: number;
  counted: number;
  changed: number;
}

export class MembershipWriter implements RowWriter<MembershipOperation> {
  readonly #counts = new Map<string, Count>();
  readonly #find: StatementSync;
  readonly #add: StatementSync;
  readonly #keepWindow: StatementSync;
  readonly #reopen: StatementSync;
  readonly #close: StatementSync;
  readonly #setRole: StatementSync;
  readonly #count: StatementSync;

  constructor(db: DatabaseSync) {
    this.#find = db.prepare('SELECT role FROM members WHERE conversation = ? AND user = ?');
    this.#add = db.prepare(
      `INSERT INTO members (conversation, user, role, state, changed, after_sequence, after_position)
       VALUES (?, ?, ?, 'member', ?, ?, ?)`,
    );
    this.#keepWindow = db.prepare(
      `INSERT INTO windows SELECT conversation, user, after_sequence, after_position, until_sequence, until_position,
         state
       FROM members WHERE conversation = ? AND user = ?`,
    );
    this.#reopen = db.prepare(
      `UPDATE members SET role = ?, state = 'member', changed = ?, after_sequence = ?, after_position = ?,
         until_sequence = NULL, until_position = NULL, earlier = earlier + 1
       WHERE conversation = ? AND user = ?`,
    );
    this.#close = db.prepare(
      `UPDATE members SET role = NULL, state = ?, changed = ?, until_sequence = ?, until_position = ?
       WHERE conversation = ? AND user = ? AND role IS NOT NULL`,
    );
    this.#setRole = db.prepare(
      'UPDATE members SET role = ?, changed = ? WHERE conversation = ? AND user = ? AND role IS NOT NULL',
    );
    this.#count = db.prepare(
      `INSERT INTO conversations VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET members = members + excluded.members, counted = max(counted, excluded.counted),
         changed = max(changed, excluded.changed)`,
    );
  }

  write(operations: readonly MembershipOperation[]): void {
    for (const operation of operations) {
      switch (operation.type) {
        case 'open':
          this.#openWindow(operation);
          break;
        case 'close':
          this.#closeWindow(operation);
          break;
        case 'set-role': {
          const { role, position, conversationId, userId } = operation;
          this.#setRole.run(role, position, conversationId, userId);
          this.#changed(operation, 0);
          break;
        }
        default:
          throw new TypeError(`no rule for ${JSON.stringify(operation satisfies never)}`);
      }
    }
    for (const [id, { members, counted, changed }] of this.#counts) this.#count.run(id, members, counted, changed);
    this.#counts.clear();
  }

  forget(): void {
    this.#counts.clear();
  }

  #openWindow(operation: OperationOf<'open'>): void {
    const { conversationId, userId, role, position, afterSequence } = operation;
    const row = this.#find.get(conversationId, userId) as MemberRow | undefined;
    if (row === undefined) {
      this.#add.run(conversationId, userId, role, position, afterSequence, position);
    } else if (row.role === null) {
      this.#keepWindow.run(conversationId, userId);
      this.#reopen.run(role, position, afterSequence, position, conversationId, userId);
    } else return;
    this.#changed(operation, 1);
  }

  #closeWindow(operation: OperationOf<'close'>): void {
    const { conversationId, userId, state, position, untilSequence } = operation;
    const { changes } = this.#close.run(state, position, untilSequence, position, conversationId, userId);
    if (changes > 0) this.#changed(operation, -1);
  }

  #changed({ conversationId, position }: MembershipOperation, more: -1 | 0 | 1): void {
    const count = this.#counts.get(conversationId);
    if (count === undefined) {
      this.#counts.set(conversationId, { members: more, counted: more === 0 ? 0 : position, changed: position });
      return;
    }
    count.members += more;
    if (more !== 0) count.counted = position;
    count.changed = position;
  }
}
