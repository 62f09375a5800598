import type { InboxOperation } from '@parley/ports';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Rejections } from '../files/rejections.js';
import type { RowWriter } from '../files/sqlite-projection.js';

type OperationOf<T extends InboxOperation['type']> = Extract<InboxOperation, { type: T }>;

export class InboxWriter implements RowWriter<InboxOperation> {
  readonly #sql: Record<'start' | 'title' | 'description' | 'pins' | 'setPins', StatementSync>;
  readonly #mention: StatementSync;
  readonly #unmention: StatementSync;
  readonly #muted: StatementSync;
  readonly #archived: StatementSync;
  readonly #markedUnread: StatementSync;

  constructor(db: DatabaseSync) {
    this.#sql = {
      start: db.prepare(`INSERT INTO heads VALUES (?, ?, ?, ?, ?, '[]', ?, ?, ?) ON CONFLICT DO NOTHING`),
      title: db.prepare('UPDATE heads SET title = ?, view_position = ? WHERE id = ?'),
      description: db.prepare('UPDATE heads SET description = ?, view_position = ? WHERE id = ?'),
      pins: db.prepare('SELECT pins FROM heads WHERE id = ?'),
      setPins: db.prepare('UPDATE heads SET pins = ?, view_position = ? WHERE id = ?'),
    };
    this.#mention = db.prepare('INSERT INTO mentions VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
    this.#unmention = db.prepare('DELETE FROM mentions WHERE conversation = ? AND sequence = ?');
    const setting = (columns: string, values: string, update: string): StatementSync =>
      db.prepare(
        `INSERT INTO settings (user, conversation, position, ${columns}) VALUES (?, ?, ?, ${values})
         ON CONFLICT DO UPDATE SET position = max(position, excluded.position), ${update}`,
      );
    this.#muted = setting('muted, muted_until', '?, ?', 'muted = excluded.muted, muted_until = excluded.muted_until');
    this.#archived = setting('archived', '?', 'archived = excluded.archived');
    this.#markedUnread = setting('marked_unread', '?', 'marked_unread = excluded.marked_unread');
  }

  write(operations: readonly InboxOperation[]): void {
    const rejections = new Rejections();
    for (const operation of operations) {
      if (this.#writeOne(operation)) continue;
      rejections.add(operation.position, `there is no conversation ${operation.conversationId}`);
    }
    rejections.throwIfAny();
  }

  forget(): void {
    // Nothing is kept between batches.
  }

  /** false: there is no such conversation. */
  #writeOne(operation: InboxOperation): boolean {
    const { conversationId: id, position } = operation;
    switch (operation.type) {
      case 'start-conversation': {
        const { kind, title, description, peerIds, startedAt } = operation;
        const peers = peerIds === null ? null : JSON.stringify(peerIds);
        this.#sql.start.run(id, kind, title, description, peers, startedAt, position, position);
        return true;
      }
      case 'set-title':
        return this.#sql.title.run(operation.title, position, id).changes > 0;
      case 'set-description':
        return this.#sql.description.run(operation.description, position, id).changes > 0;
      case 'add-mentions':
      case 'set-mentions':
        if (operation.type === 'set-mentions') this.#unmention.run(id, operation.sequence);
        for (const userId of operation.mentions) this.#mention.run(userId, id, operation.sequence);
        return true;
      case 'delete-message':
        this.#unmention.run(id, operation.sequence);
        return this.#setPins(operation, without(operation.sequence));
      case 'pin':
        return this.#setPins(operation, (pins) => [...without(operation.sequence)(pins), operation.sequence]);
      case 'unpin':
        return this.#setPins(operation, without(operation.sequence));
      case 'set-muted':
        this.#muted.run(operation.userId, id, position, Number(operation.muted), operation.until);
        return true;
      case 'set-archived':
        this.#archived.run(operation.userId, id, position, Number(operation.archived));
        return true;
      case 'set-marked-unread':
        this.#markedUnread.run(operation.userId, id, position, Number(operation.markedUnread));
        return true;
      default:
        throw new TypeError(`no rule for ${JSON.stringify(operation satisfies never)}`);
    }
  }

  #setPins(
    { conversationId, position }: OperationOf<'pin' | 'unpin' | 'delete-message'>,
    change: (pins: readonly number[]) => readonly number[],
  ): boolean {
    const row = this.#sql.pins.get(conversationId) as { pins: string } | undefined;
    if (row === undefined) return false;
    const pins = JSON.stringify(change(JSON.parse(row.pins) as number[]));
    if (pins !== row.pins) this.#sql.setPins.run(pins, position, conversationId);
    return true;
  }
}

const without =
  (sequence: number) =>
  (pins: readonly number[]): readonly number[] =>
    pins.filter((pinned) => pinned !== sequence);
