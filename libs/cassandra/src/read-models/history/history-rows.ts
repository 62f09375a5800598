import { type CassandraClient, deleteAt, insertAt, mapBounded, updateAt } from '../../client/index.js';
import { bucketOfPosition, bucketOfSequence, firstSequenceOf } from '../layout.js';
import type { HistoryHead, StoredMessage } from './history-fold.js';

export const insertMessage = insertAt('messages', [
  'generation',
  'conversation_id',
  'bucket',
  'sequence',
  'position',
  'body',
]);
export const updateMessage = updateAt(
  'messages',
  ['body', 'changed'],
  ['generation', 'conversation_id', 'bucket', 'sequence'],
);
export const insertMessageBucket = insertAt('message_buckets', [
  'generation',
  'conversation_id',
  'first_position',
  'bucket',
]);
export const insertVersion = insertAt('message_versions', [
  'generation',
  'conversation_id',
  'bucket',
  'sequence',
  'until_position',
  'body',
]);
export const dropVersions = deleteAt('message_versions', ['generation', 'conversation_id', 'bucket', 'sequence']);
export const insertNotice = insertAt('notices', [
  'generation',
  'conversation_id',
  'bucket',
  'position',
  'after_sequence',
  'body',
]);
export const insertChange = insertAt('history_changes', [
  'generation',
  'conversation_id',
  'bucket',
  'position',
  'sequence',
  'notice',
]);
export const insertChangeBucket = insertAt('history_change_buckets', ['generation', 'conversation_id', 'bucket']);
export const insertHead = insertAt('history_heads', [
  'generation',
  'conversation_id',
  'position',
  'revision',
  'last_sequence',
  'message_position',
  'change_position',
  'notice_position',
]);

export interface NoticeRow {
  readonly position: number;
  readonly afterSequence: number;
  readonly body: string;
}

/** A message that changed, by its sequence, or a notice that came. */
export interface ChangeRow {
  readonly position: number;
  readonly sequence: number | null;
  readonly notice: string | null;
}

const inBucket = 'generation = ? AND conversation_id = ? AND bucket = ?';
const messageColumns = 'sequence, position, changed, body';
/** Sequences that are looked at on the way to one found by position. */
const probeStep = 32;

/** Reads the rows of history, of one generation. Bounds are inclusive unless they say otherwise. */
export class HistoryRows {
  constructor(
    private readonly client: CassandraClient,
    private readonly generation: number,
  ) {}

  head(conversationId: string): Promise<HistoryHead | null> {
    return this.client.readOne<HistoryHead>(
      `SELECT position, revision, last_sequence AS "lastSequence", message_position AS message,
         change_position AS change, notice_position AS notice
       FROM history_heads WHERE generation = ? AND conversation_id = ?`,
      [this.generation, conversationId],
    );
  }

  message(conversationId: string, sequence: number): Promise<StoredMessage | null> {
    return this.client.readOne<StoredMessage>(
      `SELECT ${messageColumns} FROM messages WHERE ${inBucket} AND sequence = ?`,
      [...this.#bucket(conversationId, sequence), sequence],
    );
  }

  /** Ascending. Costs a query for each bucket that the range touches. */
  async messages(conversationId: string, from: number, to: number): Promise<readonly StoredMessage[]> {
    if (from > to) return [];
    const buckets = between(bucketOfSequence(from), bucketOfSequence(to));
    const parts = await mapBounded(buckets, 4, (bucket) =>
      this.client.read<StoredMessage>(
        `SELECT ${messageColumns} FROM messages WHERE ${inBucket} AND sequence >= ? AND sequence <= ?`,
        [this.generation, conversationId, bucket, from, to],
      ),
    );
    return parts.flatMap((rows) => rows.toReversed());
  }

  /**
   * Notices after these messages, at these positions: the first or last `limit` of them, in that direction.
   */
  async notices(
    conversationId: string,
    sequences: { readonly from: number; readonly to: number },
    positions: { readonly from: number; readonly to: number },
    limit: number,
    order: 'ASC' | 'DESC',
  ): Promise<readonly NoticeRow[]> {
    const found: NoticeRow[] = [];
    const buckets = between(bucketOfSequence(sequences.from), bucketOfSequence(sequences.to));
    for (const bucket of order === 'ASC' ? buckets : buckets.toReversed()) {
      if (found.length >= limit) break;
      const rows = await this.client.read<NoticeRow>(
        `SELECT position, after_sequence AS "afterSequence", body FROM notices
         WHERE ${inBucket} AND position >= ? AND position <= ? ORDER BY position ${order} LIMIT ?`,
        [this.generation, conversationId, bucket, positions.from, positions.to, limit - found.length],
      );
      found.push(...rows);
    }
    return found;
  }

  async notice(conversationId: string, position: number): Promise<string | null> {
    const row = await this.client.readOne<{ notice: string | null }>(
      `SELECT notice FROM history_changes WHERE ${inBucket} AND position = ?`,
      [this.generation, conversationId, bucketOfPosition(position), position],
    );
    return row?.notice ?? null;
  }

  /** Buckets of changes from the one of this position on, in order. */
  async changeBuckets(conversationId: string, position: number): Promise<readonly number[]> {
    const rows = await this.client.read<{ bucket: number }>(
      'SELECT bucket FROM history_change_buckets WHERE generation = ? AND conversation_id = ? AND bucket >= ?',
      [this.generation, conversationId, bucketOfPosition(position)],
    );
    return rows.map(({ bucket }) => bucket);
  }

  /** Of one bucket: what changed after a position (exclusive) up to another, in order. */
  changes(
    conversationId: string,
    bucket: number,
    after: number,
    upTo: number,
    limit: number,
  ): Promise<readonly ChangeRow[]> {
    return this.client.read<ChangeRow>(
      `SELECT position, sequence, notice FROM history_changes
       WHERE ${inBucket} AND position > ? AND position <= ? LIMIT ?`,
      [this.generation, conversationId, bucket, after, upTo, limit],
    );
  }

  /** The body as it was at a position, before a later edit; null: no edit is known to have replaced it since. */
  async versionAt(conversationId: string, sequence: number, position: number): Promise<string | null> {
    const row = await this.client.readOne<{ body: string }>(
      `SELECT body FROM message_versions WHERE ${inBucket} AND sequence = ? AND until_position > ? LIMIT 1`,
      [...this.#bucket(conversationId, sequence), sequence, position],
    );
    return row?.body ?? null;
  }

  /** Position of the first message with at least this sequence; null when there is none up to the last one. */
  async positionOf(conversationId: string, sequence: number, lastSequence: number): Promise<number | null> {
    if (sequence > lastSequence) return null;
    const exact = await this.#positionAt(conversationId, Math.max(sequence, 1));
    if (exact !== null) return exact;
    // A message that is parked leaves a hole: the next one is near.
    const next = await this.messages(conversationId, sequence, Math.min(sequence + probeStep, lastSequence));
    return next[0]?.position ?? null;
  }

  /**
   * Sequence of the last message at or before this position; 0 for none. Positions rise with sequences. Near the end, as
   * mostly, it costs a read at most; else three, however long the conversation is.
   */
  async sequenceAt(conversationId: string, head: HistoryHead, position: number): Promise<number> {
    const { lastSequence, message } = head;
    if (lastSequence === 0 || position >= message) return lastSequence;
    const near = await this.#places(conversationId, Math.max(1, lastSequence - probeStep), lastSequence);
    const found = near.findLast((place) => place.position <= position);
    if (found !== undefined) return found.sequence;
    const bucket = await this.client.readOne<{ bucket: number }>(
      `SELECT bucket FROM message_buckets WHERE generation = ? AND conversation_id = ? AND first_position <= ? LIMIT 1`,
      [this.generation, conversationId, position],
    );
    return bucket === null ? 0 : this.#sequenceIn(conversationId, bucket.bucket, position);
  }

  async #sequenceIn(conversationId: string, bucket: number, position: number): Promise<number> {
    const first = firstSequenceOf(bucket);
    const end = firstSequenceOf(bucket + 1) - 1;
    const probes = await this.client.read<Place>(
      `SELECT sequence, position FROM messages WHERE ${inBucket} AND sequence IN ?`,
      [this.generation, conversationId, bucket, probesOf(first, end)],
    );
    const above = probes.filter((probe) => probe.position > position).map(({ sequence }) => sequence);
    const below = probes.filter((probe) => probe.position <= position).map(({ sequence }) => sequence);
    const from = below.length === 0 ? first : Math.max(...below);
    const to = above.length === 0 ? end : Math.min(...above);
    const places = await this.#places(conversationId, from, to);
    return places.findLast((place) => place.position <= position)?.sequence ?? 0;
  }

  async #positionAt(conversationId: string, sequence: number): Promise<number | null> {
    const row = await this.client.readOne<{ position: number }>(
      `SELECT position FROM messages WHERE ${inBucket} AND sequence = ?`,
      [...this.#bucket(conversationId, sequence), sequence],
    );
    return row?.position ?? null;
  }

  /** Ascending. */
  async #places(conversationId: string, from: number, to: number): Promise<readonly Place[]> {
    const buckets = between(bucketOfSequence(from), bucketOfSequence(to));
    const parts = await mapBounded(buckets, 2, (bucket) =>
      this.client.read<Place>(
        `SELECT sequence, position FROM messages WHERE ${inBucket} AND sequence >= ? AND sequence <= ?`,
        [this.generation, conversationId, bucket, from, to],
      ),
    );
    return parts.flatMap((rows) => rows.toReversed());
  }

  #bucket(conversationId: string, sequence: number): readonly unknown[] {
    return [this.generation, conversationId, bucketOfSequence(sequence)];
  }
}

interface Place {
  readonly sequence: number;
  readonly position: number;
}

const between = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

const probesOf = (first: number, end: number): number[] =>
  Array.from({ length: Math.ceil((end - first + 1) / probeStep) }, (_, i) => first + i * probeStep);
