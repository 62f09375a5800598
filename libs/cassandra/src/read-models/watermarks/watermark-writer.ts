import type { WatermarkOperation } from '@parley/ports';
import type { RowWriter } from '../../checkpoints/index.js';
import { type CassandraClient, mapBounded } from '../../client/index.js';
import type { ActivityWriter } from '../activity/activity-writer.js';
import { newsOf } from '../activity/news.js';
import { checkAll, type Checks, count, key, listOf, misfit, object, optional } from '../common/checks.js';
import { Recent } from '../common/recent.js';
import { readConcurrency, Writes } from '../common/writes.js';
import { foldWatermarks, type Marks, type MarksByUser, type WatermarkChanges } from './watermark-fold.js';
import * as rows from './watermark-rows.js';

/** Members of conversations that are kept, all together. */
const knownMembers = 200_000;

const advanceChecks: Checks = { userId: key, deviceId: key, delivered: optional(count), read: optional(count) };
const checks: Readonly<Record<WatermarkOperation['type'], Checks>> = {
  start: { userIds: listOf(key) },
  join: { userId: key },
  leave: { userId: key },
  sent: { userId: key, sequence: count },
  touch: {},
  advance: { advances: listOf((value) => object(value) && misfit(value as object, advanceChecks) === null) },
};

/** Everybody of a conversation, and of when its receipts view was when they were read. */
interface Loaded {
  readonly marks: MarksByUser;
  readonly receiptsAt: number;
}

interface Part {
  readonly conversationId: string;
  readonly changes: WatermarkChanges;
  readonly receiptsAt: number;
}

/**
 * Writes one generation of watermarks. A conversation with receipts in the batch is loaded with all its members once and
 * kept; in all others only the last message a member sent is noted, without a read.
 *
 * Order: activity and receipts views, then marks and who is a member, then what was sent. So a receipts view that is
 * there says that nothing behind it has gone into the rows yet when it was made, and `changed` is never overtaken by a
 * later message of the same person. Where rows were read that are ahead, from an attempt that was cut short, the views
 * that they are ahead of are there and are not made again.
 */
export class WatermarkWriter implements RowWriter<WatermarkOperation> {
  readonly #loaded = new Recent<Loaded>(knownMembers);
  readonly #rows: rows.WatermarkRows;

  /** `activity`: null while a generation is built that nobody reads yet. */
  constructor(
    private readonly client: CassandraClient,
    private readonly generation: number,
    private readonly activity: ActivityWriter | null,
  ) {
    this.#rows = new rows.WatermarkRows(client, generation);
  }

  async write(operations: readonly WatermarkOperation[], late?: number): Promise<void> {
    checkAll(operations, checks);
    const byConversation = [...Map.groupBy(operations, ({ conversationId }) => conversationId)];
    const parts = await mapBounded(byConversation, readConcurrency, ([conversationId, own]) =>
      this.#fold(conversationId, own, late !== undefined),
    );
    const first = new Writes();
    const second = new Writes();
    const third = new Writes();
    for (const part of parts) {
      this.#addReceipts(first, part, late);
      this.#addMarks(second, part, late);
      for (const [userId, { sequence, position }] of part.changes.sent) {
        const at = late ?? position;
        third.add(part.conversationId, rows.updateSent(at, sequence, this.generation, part.conversationId, userId));
      }
    }
    for (const { conversationId } of parts) this.#loaded.delete(conversationId);
    await Promise.all([first.send(this.client), this.activity?.note(newsOf(byConversation), late)]);
    await second.send(this.client);
    await third.send(this.client);
    for (const { conversationId, changes, receiptsAt } of parts) {
      const { loaded: marks } = changes;
      if (marks !== null) this.#loaded.set(conversationId, { marks, receiptsAt }, marks.size + 1);
    }
  }

  async #fold(conversationId: string, operations: readonly WatermarkOperation[], late: boolean): Promise<Part> {
    const advances = operations.some(({ type }) => type === 'advance');
    const known = this.#loaded.get(conversationId);
    const loaded = known ?? (advances || late ? await this.#load(conversationId) : null);
    const changes = foldWatermarks(conversationId, operations, loaded?.marks ?? null);
    return { conversationId, changes, receiptsAt: loaded?.receiptsAt ?? -1 };
  }

  /** The receipts view last: one that the marks are ahead of is seen. */
  async #load(conversationId: string): Promise<Loaded> {
    const marks = new Map<string, Marks>();
    for await (const page of this.#rows.everybody(conversationId)) {
      for (const [userId, ofUser] of page) marks.set(userId, ofUser);
    }
    const receipts = await this.#rows.receipts(conversationId);
    return { marks, receiptsAt: receipts?.position ?? -1 };
  }

  #addReceipts(writes: Writes, { conversationId: id, changes, receiptsAt }: Part, late?: number): void {
    const { generation } = this;
    for (const { userId, deviceId, delivered, read } of changes.devices.values()) {
      const partition = `d ${userId} ${id}`;
      writes.add(partition, rows.raiseDevice('delivered', delivered, generation, id, userId, deviceId));
      writes.add(partition, rows.raiseDevice('read', read, generation, id, userId, deviceId));
    }
    if (changes.receipts === null) return;
    const { body } = changes.receipts;
    const position = late === undefined ? changes.receipts.position : Math.max(changes.receipts.position, receiptsAt);
    // Made by an attempt that was cut short, when the rows were not yet ahead of it.
    if (late === undefined && receiptsAt >= position) return;
    writes.add(`r ${id}`, rows.insertReceipts(late ?? position, generation, id, position, body));
  }

  #addMarks(writes: Writes, { conversationId: id, changes }: Part, late?: number): void {
    const { generation } = this;
    for (const [userId, { marks, position }] of changes.marks) {
      const { delivered, read, changed } = marks;
      writes.add(id, rows.updateMarks(late ?? position, delivered, read, changed, generation, id, userId));
    }
    for (const [userId, { member, position }] of changes.flags) {
      writes.add(id, rows.updateFlag(late ?? position, member, generation, id, userId));
    }
  }
}
