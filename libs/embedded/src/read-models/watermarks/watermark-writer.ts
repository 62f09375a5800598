import { type MemberMarks, readOf, receiptsJson, type WatermarkOperation } from '@parley/ports';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LeastRecent } from '../files/least-recent.js';
import type { RowWriter } from '../files/sqlite-projection.js';

interface Marks extends MemberMarks {
  changed: number;
}
type StoredMarks = Omit<Marks, 'member'> & { readonly user: string; readonly member: number };
type Members = Map<string, Marks>;
type OperationOf<T extends WatermarkOperation['type']> = Extract<WatermarkOperation, { type: T }>;

/**
 * Conversations with receipts in the batch are held in memory with all their members, so that an aggregate costs no
 * read; in all others only the last message a member sent is noted. The operations are folded in order and each
 * aggregate is made right after its conversation's last advance: the rows do not depend on how batches were cut.
 */
export class WatermarkWriter implements RowWriter<WatermarkOperation> {
  readonly #loaded = new LeastRecent<Members>(200_000);
  /** Of this batch. */
  readonly #changed = new Map<string, Map<string, Marks>>();
  readonly #sent = new Map<string, Map<string, number>>();
  readonly #load: StatementSync;
  readonly #save: StatementSync;
  readonly #noteSent: StatementSync;
  readonly #join: StatementSync;
  readonly #leave: StatementSync;
  readonly #device: StatementSync;
  readonly #aggregate: StatementSync;

  constructor(db: DatabaseSync) {
    this.#load = db.prepare('SELECT user, delivered, read, sent, member, changed FROM members WHERE conversation = ?');
    this.#save = db.prepare(
      `INSERT INTO members VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET delivered = excluded.delivered,
         read = excluded.read, sent = excluded.sent, member = excluded.member, changed = excluded.changed`,
    );
    this.#noteSent = db.prepare(
      `INSERT INTO members VALUES (?, ?, 0, 0, ?, 0, 0) ON CONFLICT DO UPDATE SET sent = max(sent, excluded.sent)`,
    );
    this.#join = db.prepare('INSERT INTO members VALUES (?, ?, 0, 0, 0, 1, 0) ON CONFLICT DO UPDATE SET member = 1');
    this.#leave = db.prepare('UPDATE members SET member = 0 WHERE conversation = ? AND user = ?');
    this.#device = db.prepare(
      `INSERT INTO devices VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         delivered = max(delivered, excluded.delivered), read = max(read, excluded.read)`,
    );
    this.#aggregate = db.prepare(
      'INSERT INTO aggregates VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET position = excluded.position, body = excluded.body',
    );
  }

  write(operations: readonly WatermarkOperation[]): void {
    const lastAdvance = new Map<string, WatermarkOperation>();
    for (const operation of operations) {
      if (operation.type === 'advance') lastAdvance.set(operation.conversationId, operation);
    }
    for (const conversationId of lastAdvance.keys()) this.#membersOf(conversationId);
    for (const operation of operations) {
      this.#fold(operation);
      if (lastAdvance.get(operation.conversationId) === operation) this.#writeAggregate(operation);
    }
    this.#flush();
    this.#loaded.trim();
  }

  forget(): void {
    this.#loaded.clear();
    this.#changed.clear();
    this.#sent.clear();
  }

  #fold(operation: WatermarkOperation): void {
    switch (operation.type) {
      case 'sent':
        this.#foldSent(operation);
        break;
      case 'start':
        this.#foldStart(operation);
        break;
      case 'join':
      case 'leave':
        this.#foldMembership(operation.conversationId, operation.userId, operation.type === 'join');
        break;
      case 'advance':
        this.#foldAdvance(operation);
        break;
      case 'touch':
        break;
      default:
        throw new TypeError(`no rule for ${JSON.stringify(operation satisfies never)}`);
    }
  }

  #foldSent({ conversationId, userId, sequence }: OperationOf<'sent'>): void {
    const members = this.#loaded.get(conversationId);
    if (members === undefined) {
      const senders = this.#sent.get(conversationId);
      if (senders === undefined) this.#sent.set(conversationId, new Map([[userId, sequence]]));
      else senders.set(userId, sequence);
      return;
    }
    const marks = this.#marksOf(conversationId, members, userId);
    if (sequence > marks.sent) marks.sent = sequence;
  }

  /** The aggregate is there from the first moment. */
  #foldStart({ conversationId, position, userIds }: OperationOf<'start'>): void {
    for (const userId of userIds) this.#foldMembership(conversationId, userId, true);
    const nobody = userIds.map(() => ({ delivered: 0, read: 0, sent: 0, member: true }));
    this.#aggregate.run(conversationId, position, receiptsJson(conversationId, nobody));
  }

  #foldMembership(conversationId: string, userId: string, member: boolean): void {
    const members = this.#loaded.get(conversationId);
    if (members !== undefined) this.#marksOf(conversationId, members, userId).member = member;
    else (member ? this.#join : this.#leave).run(conversationId, userId);
  }

  #foldAdvance({ conversationId, position, advances }: OperationOf<'advance'>): void {
    const members = this.#membersOf(conversationId);
    for (const { userId, deviceId, delivered = 0, read = 0 } of advances) {
      this.#device.run(conversationId, userId, deviceId, Math.max(delivered, read), read);
      const marks = this.#marksOf(conversationId, members, userId);
      const before = readOf(marks);
      marks.delivered = Math.max(marks.delivered, delivered, read);
      marks.read = Math.max(marks.read, read);
      if (readOf(marks) > before) marks.changed = position;
    }
  }

  #writeAggregate({ conversationId, position }: WatermarkOperation): void {
    this.#aggregate.run(
      conversationId,
      position,
      receiptsJson(conversationId, this.#membersOf(conversationId).values()),
    );
  }

  #membersOf(conversationId: string): Members {
    let members = this.#loaded.get(conversationId);
    if (members === undefined) {
      const rows = this.#load.all(conversationId) as unknown as StoredMarks[];
      members = new Map(rows.map(({ user, ...marks }) => [user, { ...marks, member: marks.member === 1 }]));
    }
    this.#loaded.set(conversationId, members, members.size + 1);
    return members;
  }

  /** Of this member, to be changed: it is saved with the batch. */
  #marksOf(conversationId: string, members: Members, userId: string): Marks {
    let marks = members.get(userId);
    if (marks === undefined) {
      marks = { delivered: 0, read: 0, sent: 0, member: false, changed: 0 };
      members.set(userId, marks);
    }
    const changed = this.#changed.get(conversationId);
    if (changed === undefined) this.#changed.set(conversationId, new Map([[userId, marks]]));
    else changed.set(userId, marks);
    return marks;
  }

  #flush(): void {
    for (const [conversationId, senders] of this.#sent) {
      for (const [userId, sequence] of senders) this.#noteSent.run(conversationId, userId, sequence);
    }
    for (const [conversationId, members] of this.#changed) {
      for (const [userId, { delivered, read, sent, member, changed }] of members) {
        this.#save.run(conversationId, userId, delivered, read, sent, Number(member), changed);
      }
    }
    this.#sent.clear();
    this.#changed.clear();
  }
}
