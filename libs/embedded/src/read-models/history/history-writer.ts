import { changeBody, type HistoryOperation, type MessageChange } from '@parley/ports';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LeastRecent } from '../files/least-recent.js';
import { Rejections } from '../files/rejections.js';
import type { RowWriter } from '../files/sqlite-projection.js';

/** What a batch knows of a conversation; written back once a batch. */
interface Conversation {
  readonly no: number;
  revision: number;
  lastSequence: number;
  /** Positions of the last message, change of one, and notice. */
  message: number;
  change: number;
  notice: number;
}

export class HistoryWriter implements RowWriter<HistoryOperation> {
  readonly #known = new LeastRecent<Conversation>(20_000);
  readonly #touched = new Set<Conversation>();
  readonly #find: StatementSync;
  readonly #start: StatementSync;
  readonly #advance: StatementSync;
  readonly #addMessage: StatementSync;
  readonly #addNotice: StatementSync;
  readonly #read: StatementSync;
  readonly #change: StatementSync;
  readonly #keepVersion: StatementSync;
  readonly #dropVersions: StatementSync;

  constructor(db: DatabaseSync) {
    this.#find = db.prepare(
      `SELECT no, revision, last_sequence AS lastSequence, message_position AS message, change_position AS change,
         notice_position AS notice
       FROM conversations WHERE id = ?`,
    );
    this.#start = db.prepare('INSERT INTO conversations VALUES (?, ?, ?, 0, 0, 0, 0)');
    this.#advance = db.prepare(
      `UPDATE conversations SET revision = ?, last_sequence = ?, message_position = ?, change_position = ?,
         notice_position = ?
       WHERE no = ?`,
    );
    this.#addMessage = db.prepare(
      'INSERT INTO messages (position, conversation, sequence, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#addNotice = db.prepare('INSERT INTO notices VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING');
    this.#read = db.prepare('SELECT position, body FROM messages WHERE conversation = ? AND sequence = ?');
    this.#change = db.prepare(
      'UPDATE messages SET body = ?, changed = max(coalesce(changed, 0), ?) WHERE position = ?',
    );
    this.#keepVersion = db.prepare('INSERT INTO versions VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING');
    this.#dropVersions = db.prepare('DELETE FROM versions WHERE conversation = ? AND sequence = ?');
  }

  write(operations: readonly HistoryOperation[]): void {
    const rejections = new Rejections();
    for (const operation of operations) {
      const conversation = this.#conversation(operation);
      if (operation.revision > conversation.revision) conversation.revision = operation.revision;
      this.#touched.add(conversation);
      switch (operation.type) {
        case 'add-message':
          this.#addMessage.run(operation.position, conversation.no, operation.sequence, operation.json);
          if (operation.sequence > conversation.lastSequence) {
            conversation.lastSequence = operation.sequence;
            conversation.message = operation.position;
          }
          break;
        case 'add-notice':
          this.#addNoticeRow(conversation, operation);
          conversation.notice = Math.max(conversation.notice, operation.position);
          break;
        case 'pass':
          break;
        case 'edit-message':
        case 'delete-message':
        case 'add-reaction':
        case 'remove-reaction':
        case 'pin-message':
        case 'unpin-message':
          if (!this.#changeMessage(conversation, operation)) {
            rejections.add(operation.position, `there is no message ${operation.sequence}`);
          }
          conversation.change = Math.max(conversation.change, operation.position);
          break;
        default:
          throw new TypeError(`no rule for ${JSON.stringify(operation satisfies never)}`);
      }
    }
    rejections.throwIfAny();
    for (const { no, revision, lastSequence, message, change, notice } of this.#touched) {
      this.#advance.run(revision, lastSequence, message, change, notice, no);
    }
    this.#touched.clear();
    this.#known.trim();
  }

  forget(): void {
    this.#known.clear();
    this.#touched.clear();
  }

  #conversation({ conversationId, position, revision }: HistoryOperation): Conversation {
    const known = this.#known.get(conversationId);
    if (known !== undefined) return known;
    let conversation = this.#find.get(conversationId) as unknown as Conversation | undefined;
    if (conversation === undefined) {
      this.#start.run(position, conversationId, revision);
      conversation = { no: position, revision, lastSequence: 0, message: 0, change: 0, notice: 0 };
    }
    this.#known.set(conversationId, conversation);
    return conversation;
  }

  #addNoticeRow(
    { no, lastSequence }: Conversation,
    operation: Extract<HistoryOperation, { type: 'add-notice' }>,
  ): void {
    const { conversationId, position, notice } = operation;
    const body = { conversationId, position: String(position), afterSequence: lastSequence, ...notice };
    this.#addNotice.run(no, position, lastSequence, JSON.stringify(body));
  }

  #changeMessage({ no }: Conversation, change: MessageChange): boolean {
    const row = this.#read.get(no, change.sequence) as { position: number; body: string } | undefined;
    if (row === undefined) return false;
    if (change.type === 'edit-message') this.#keepVersion.run(no, change.sequence, change.position, row.body);
    if (change.type === 'delete-message') this.#dropVersions.run(no, change.sequence);
    this.#change.run(changeBody(row.body, change), change.position, row.position);
    return true;
  }
}
