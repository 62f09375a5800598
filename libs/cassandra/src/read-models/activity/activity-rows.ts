import { type CassandraClient, insertAt, insertFirst, type Statement } from '../../client/index.js';

/** Time to live: by the table, 30 days. */
export const insertActivity = insertAt('inbox_activity', [
  'generation',
  'user_id',
  'day',
  'conversation_id',
  'position',
]);

const insertDay = insertFirst('inbox_days', ['generation', 'partition', 'day', 'first_position']);

/** The lowest position that is ever told of a day stays. Time to live: by the table, a day less than the rows have. */
export const dayRecord = (generation: number, partition: number, day: number, firstPosition: number): Statement =>
  insertDay(firstPosition, generation, partition, day, firstPosition);

/** What a partition's consumer noted from a position on, it noted on this day or later. */
export interface DayRecord {
  readonly partition: number;
  readonly day: number;
  readonly firstPosition: number;
}

export class ActivityRows {
  constructor(
    private readonly client: CassandraClient,
    private readonly generation: number,
  ) {}

  /** Of all partitions, or of one; each partition's newest first. */
  days(partition?: number): Promise<readonly DayRecord[]> {
    const ofPartition = partition === undefined ? '' : ' AND partition = ?';
    return this.client.read<DayRecord>(
      `SELECT partition, day, first_position AS "firstPosition" FROM inbox_days WHERE generation = ?${ofPartition}`,
      partition === undefined ? [this.generation] : [this.generation, partition],
    );
  }

  /** Where something happened for this person, noted on that day. */
  ofDay(
    userId: string,
    day: number,
  ): Promise<readonly { readonly conversationId: string; readonly position: number }[]> {
    return this.client.read<{ conversationId: string; position: number }>(
      `SELECT conversation_id AS "conversationId", position FROM inbox_activity
       WHERE generation = ? AND user_id = ? AND day = ?`,
      [this.generation, userId, day],
    );
  }
}
