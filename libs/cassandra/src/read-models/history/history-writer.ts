import type { HistoryOperation } from '@parley/ports';
import type { RowWriter } from '../../checkpoints/index.js';
import { type CassandraClient, mapBounded } from '../../client/index.js';
import { checkAll, type Checks, count, key, listOf, object, Rejections, text } from '../common/checks.js';
import { Recent } from '../common/recent.js';
import { readConcurrency, Writes } from '../common/writes.js';
import { bucketOfPosition, bucketOfSequence } from '../layout.js';
import {
  foldHistory,
  type HistoryChanges,
  type HistoryHead,
  neededMessages,
  noHead,
  type StoredMessage,
} from './history-fold.js';
import * as rows from './history-rows.js';

/** Conversations whose heads are kept. */
const knownHeads = 20_000;

const onMessage: Checks = { sequence: count };
const checks: Readonly<Record<HistoryOperation['type'], Checks>> = {
  'add-message': { ...onMessage, json: text },
  'edit-message': { ...onMessage, content: object, mentions: listOf(text), editedAt: text },
  'delete-message': { ...onMessage, deletedBy: text, deletedAt: text },
  'add-reaction': { ...onMessage, userId: key, emoji: text },
  'remove-reaction': { ...onMessage, userId: key, emoji: text },
  'pin-message': onMessage,
  'unpin-message': onMessage,
  'add-notice': { notice: object },
  pass: {},
};
/** A batch's part in one conversation. */
interface Part {
  readonly conversationId: string;
  readonly changes: HistoryChanges;
}

/**
 * Writes one generation of history. Order within a batch: what is only added to, then messages as they stand, then what
 * a deletion takes back, then the heads, which say that everything below is there: whatever is cut short is done again
 * from the head on, and comes out the same. A plain message is read nothing for.
 */
export class HistoryWriter implements RowWriter<HistoryOperation> {
  readonly #heads = new Recent<HistoryHead>(knownHeads);
  readonly #rows: rows.HistoryRows;

  constructor(
    private readonly client: CassandraClient,
    private readonly generation: number,
  ) {
    this.#rows = new rows.HistoryRows(client, generation);
  }

  async write(operations: readonly HistoryOperation[], late?: number): Promise<void> {
    checkAll(operations, checks);
    const missing = await this.#missing(operations, late !== undefined);
    const needed = missing.flatMap(({ conversationId, operations: own }) =>
      [...neededMessages(own, late !== undefined)].map((sequence) => ({ conversationId, sequence })),
    );
    const found = await mapBounded(needed, readConcurrency, ({ conversationId, sequence }) =>
      this.#rows.message(conversationId, sequence),
    );
    const messages = new Map<string, Map<number, StoredMessage>>();
    for (const [index, { conversationId }] of needed.entries()) {
      const message = found[index] ?? null;
      if (message === null) continue;
      const own = messages.get(conversationId) ?? new Map<number, StoredMessage>();
      messages.set(conversationId, own.set(message.sequence, message));
    }
    const rejections = new Rejections();
    const parts = missing.map(({ conversationId, head, operations: own }) => ({
      conversationId,
      changes: foldHistory(head, own, messages.get(conversationId) ?? new Map(), late !== undefined, (position, why) =>
        rejections.add(position, why),
      ),
    }));
    rejections.throwIfAny();
    await this.#send(parts, late);
  }

  /** By conversation, without what its head says is there already. */
  async #missing(operations: readonly HistoryOperation[], late: boolean) {
    const byConversation = [...Map.groupBy(operations, ({ conversationId }) => conversationId)];
    const parts = await mapBounded(byConversation, readConcurrency, async ([conversationId, own]) => {
      const head = this.#heads.get(conversationId) ?? (await this.#rows.head(conversationId)) ?? noHead;
      const missing = late ? own : own.filter(({ position }) => position > head.position);
      return { conversationId, head, operations: missing };
    });
    return parts.filter((part) => part.operations.length > 0);
  }

  async #send(parts: readonly Part[], late?: number): Promise<void> {
    const added = new Writes();
    const changed = new Writes();
    const dropped = new Writes();
    const heads = new Writes();
    for (const part of parts) {
      this.#addNew(added, part, late);
      this.#addChanged(changed, dropped, part, late);
      this.#addHead(heads, part, late);
    }
    for (const writes of [added, changed, dropped, heads]) await writes.send(this.client);
    for (const { conversationId, changes } of parts) this.#heads.set(conversationId, changes.head);
  }

  #addNew(writes: Writes, { conversationId: id, changes }: Part, late?: number): void {
    const { generation } = this;
    for (const { sequence, position, body, opens } of changes.added) {
      const bucket = bucketOfSequence(sequence);
      const at = late ?? position;
      writes.add(`m ${id} ${bucket}`, rows.insertMessage(at, generation, id, bucket, sequence, position, body));
      if (opens) writes.add(`b ${id}`, rows.insertMessageBucket(at, generation, id, position, bucket));
    }
    for (const { sequence, until, body } of changes.versions) {
      const bucket = bucketOfSequence(sequence);
      const at = late ?? until;
      writes.add(`v ${id} ${bucket}`, rows.insertVersion(at, generation, id, bucket, sequence, until, body));
    }
    for (const { position, afterSequence, body } of changes.notices) {
      const bucket = bucketOfSequence(afterSequence);
      const at = late ?? position;
      writes.add(`n ${id} ${bucket}`, rows.insertNotice(at, generation, id, bucket, position, afterSequence, body));
    }
    const buckets = new Set<number>();
    for (const { position, sequence, notice } of changes.log) {
      const bucket = bucketOfPosition(position);
      buckets.add(bucket);
      const at = late ?? position;
      writes.add(`c ${id} ${bucket}`, rows.insertChange(at, generation, id, bucket, position, sequence, notice));
    }
    const at = late ?? changes.head.position;
    for (const bucket of buckets) writes.add(`d ${id}`, rows.insertChangeBucket(at, generation, id, bucket));
  }

  #addChanged(changed: Writes, dropped: Writes, { conversationId: id, changes }: Part, late?: number): void {
    const { generation } = this;
    for (const { sequence, changed: position, body } of changes.changed.values()) {
      const bucket = bucketOfSequence(sequence);
      const at = late ?? position ?? 0;
      changed.add(`m ${id} ${bucket}`, rows.updateMessage(at, body, position, generation, id, bucket, sequence));
    }
    for (const [sequence, position] of changes.dropped) {
      const bucket = bucketOfSequence(sequence);
      dropped.add(`v ${id} ${bucket}`, rows.dropVersions(late ?? position, generation, id, bucket, sequence));
    }
  }

  #addHead(writes: Writes, { conversationId: id, changes: { head } }: Part, late?: number): void {
    const { position, revision, lastSequence, message, change, notice } = head;
    writes.add(
      `h ${id}`,
      rows.insertHead(late ?? position, this.generation, id, position, revision, lastSequence, message, change, notice),
    );
  }
}
