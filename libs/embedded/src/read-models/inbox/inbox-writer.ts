import type { InboxOperation } from '@parley/ports';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Rejections } from '../files/rejections.js';
import type { RowWriter } from '../files/sqlite-projection.js';

/** What a batch did to one head: written once, however many messages it was. */
interface Advance {
  /** Of the events behind it, for the case that there is no such conversation. */
  readonly positions: number[];
  lastSequence: number;
  message: number;
  change: number;
  notice: number;
  view: number;
}

type OperationOf<T extends InboxOperation['type']> = Extract<InboxOperation, { type: T }>;

export class InboxWriter implements RowWriter<InboxOperation> {
  readonly #advances = new Map<string, Advance>();
  readonly #sql: Record<'start' | 'advance' | 'title' | 'description' | 'pins' | 'setPins', StatementSync>;
  readonly #mention: StatementSync;
  readonly #unmention: StatementSync;
  readonly #muted: StatementSync;
  readonly #archived: StatementSync;
  readonly #markedUnread: StatementSync;

  constructor(db: DatabaseSync) {
    this.#sql = {
      start: db.prepare(`INSERT INTO heads VALUES (?, ?, ?, ?, ?, '[]', ?, ?, 0, 0, 0, 0, ?) ON CONFLICT DO NOTHING`),
      advance: db.prepare(
        `UPDATE heads SET last_sequence = max(last_sequence, ?), message_position = max(message_position, ?),
           change_position = max(change_position, ?), notice_position = max(notice_position, ?),
           view_position = max(view_position, ?)
         WHERE id = ?`,
      ),
      title: db.prepare('UPDATE heads SET title = ? WHERE id = ?'),
      description: db.prepare('UPDATE heads SET description = ? WHERE id = ?'),
      pins: db.prepare('SELECT pins FROM heads WHERE id = ?'),
      setPins: db.prepare('UPDATE heads SET pins = ? WHERE id = ?'),
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
    for (const operation of operations) {
      if (operation.type === 'add-message') this.#addMessage(operation);
      else this.#writeOne(operation);
    }
    const rejections = new Rejections();
    for (const [id, advance] of this.#advances) {
      const { lastSequence, message, change, notice, view } = advance;
      const { changes } = this.#sql.advance.run(lastSequence, message, change, notice, view, id);
      if (changes > 0) continue;
      for (const position of advance.positions) rejections.add(position, `there is no conversation ${id}`);
    }
    rejections.throwIfAny();
    this.#advances.clear();
  }

  forget(): void {
    this.#advances.clear();
  }

  #addMessage({ conversationId, position, sequence, mentions }: OperationOf<'add-message'>): void {
    const advance = this.#advance(conversationId, position);
    advance.message = position;
    advance.lastSequence = sequence;
    for (const userId of mentions) this.#mention.run(userId, conversationId, sequence);
  }

  #writeOne(operation: Exclude<InboxOperation, { type: 'add-message' }>): void {
    const { conversationId: id, position } = operation;
    switch (operation.type) {
      case 'start-conversation': {
        const { kind, title, description, peerIds, startedAt } = operation;
        const peers = peerIds === null ? null : JSON.stringify(peerIds);
        this.#sql.start.run(id, kind, title, description, peers, startedAt, position, position);
        break;
      }
      case 'set-title':
        this.#sql.title.run(operation.title, id);
        this.#advance(id, position).view = position;
        break;
      case 'set-description':
        this.#sql.description.run(operation.description, id);
        this.#advance(id, position).view = position;
        break;
      case 'set-mentions':
        this.#unmention.run(id, operation.sequence);
        for (const userId of operation.mentions) this.#mention.run(userId, id, operation.sequence);
        this.#advance(id, position).change = position;
        break;
      case 'delete-message':
        this.#unmention.run(id, operation.sequence);
        this.#advance(id, position).change = position;
        this.#setPins(operation, (pins) => pins.filter((sequence) => sequence !== operation.sequence));
        break;
      case 'pin':
      case 'unpin':
        this.#advance(id, position).change = position;
        this.#setPins(operation, (pins) => [
          ...pins.filter((sequence) => sequence !== operation.sequence),
          ...(operation.type === 'pin' ? [operation.sequence] : []),
        ]);
        break;
      case 'touch-message':
        this.#advance(id, position).change = position;
        break;
      case 'touch-timeline':
        this.#advance(id, position).notice = position;
        break;
      case 'set-muted':
        this.#muted.run(operation.userId, id, position, Number(operation.muted), operation.until);
        break;
      case 'set-archived':
        this.#archived.run(operation.userId, id, position, Number(operation.archived));
        break;
      case 'set-marked-unread':
        this.#markedUnread.run(operation.userId, id, position, Number(operation.markedUnread));
        break;
      default:
        throw new TypeError(`no rule for ${JSON.stringify(operation satisfies never)}`);
    }
  }

  #setPins(
    { conversationId, position }: OperationOf<'pin' | 'unpin' | 'delete-message'>,
    change: (pins: readonly number[]) => readonly number[],
  ): void {
    const row = this.#sql.pins.get(conversationId) as { pins: string } | undefined;
    if (row === undefined) return;
    const pins = JSON.stringify(change(JSON.parse(row.pins) as number[]));
    if (pins === row.pins) return;
    this.#sql.setPins.run(pins, conversationId);
    this.#advance(conversationId, position).view = position;
  }

  #advance(conversationId: string, position: number): Advance {
    let advance = this.#advances.get(conversationId);
    if (advance === undefined) {
      advance = { positions: [], lastSequence: 0, message: 0, change: 0, notice: 0, view: 0 };
      this.#advances.set(conversationId, advance);
    }
    if (advance.positions.at(-1) !== position) advance.positions.push(position);
    return advance;
  }
}
