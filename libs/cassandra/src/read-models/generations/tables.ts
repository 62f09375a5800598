import type { GenerationTable, StoredProjection } from '../../checkpoints/index.js';
import { peopleTables } from '../../people/index.js';

/** A table of which two generations can be compared. */
export interface ReadModelTable extends GenerationTable {
  readonly clusteringKey: readonly string[];
  /** Not a function of the log: an index with a time to live, or a hint, which two generations need not have in common. */
  readonly passing?: true;
}

const byConversation = ['generation', 'conversation_id'];
const inBuckets = [...byConversation, 'bucket'];

const clusteringOfPeople: Readonly<Record<string, readonly string[]>> = {
  people_words: ['word', 'user_id'],
  people_word_prefixes: ['prefix'],
  people_changes: ['position'],
  people_change_buckets: ['bucket'],
};

/** Of several changes of a person in one batch only the last leaves a row: readers look at the person's row anyway. */
const hintsOfPeople: ReadonlySet<string> = new Set(['people_changes', 'people_change_buckets', 'people_word_prefixes']);

/** Every table of each projection: what is compared, and removed with a generation. */
export const readModelTables: Readonly<Record<StoredProjection, readonly ReadModelTable[]>> = {
  history: [
    { table: 'history_heads', partitionKey: byConversation, clusteringKey: [] },
    { table: 'messages', partitionKey: inBuckets, clusteringKey: ['sequence'] },
    { table: 'message_buckets', partitionKey: byConversation, clusteringKey: ['first_position'] },
    { table: 'message_versions', partitionKey: inBuckets, clusteringKey: ['sequence', 'until_position'] },
    { table: 'notices', partitionKey: inBuckets, clusteringKey: ['position'] },
    { table: 'history_changes', partitionKey: inBuckets, clusteringKey: ['position'] },
    { table: 'history_change_buckets', partitionKey: byConversation, clusteringKey: ['bucket'] },
  ],
  membership: [
    { table: 'memberships', partitionKey: ['generation', 'user_id'], clusteringKey: ['conversation_id'] },
    { table: 'members', partitionKey: inBuckets, clusteringKey: ['user_id'] },
    { table: 'member_counts', partitionKey: byConversation, clusteringKey: [] },
    { table: 'member_changes', partitionKey: inBuckets, clusteringKey: ['position', 'user_id'] },
    { table: 'member_change_buckets', partitionKey: byConversation, clusteringKey: ['bucket'] },
  ],
  inbox: [
    { table: 'conversation_views', partitionKey: byConversation, clusteringKey: [] },
    {
      table: 'mentions',
      partitionKey: ['generation', 'user_id', 'conversation_id', 'bucket'],
      clusteringKey: ['sequence'],
    },
    { table: 'message_mentions', partitionKey: inBuckets, clusteringKey: ['sequence', 'user_id'] },
    { table: 'settings', partitionKey: ['generation', 'user_id'], clusteringKey: ['conversation_id'] },
  ],
  watermarks: [
    {
      table: 'watermark_devices',
      partitionKey: ['generation', 'conversation_id', 'user_id'],
      clusteringKey: ['device_id'],
    },
    { table: 'watermark_members', partitionKey: byConversation, clusteringKey: ['user_id'] },
    { table: 'receipts', partitionKey: byConversation, clusteringKey: [] },
    {
      table: 'inbox_activity',
      partitionKey: ['generation', 'user_id', 'day'],
      clusteringKey: ['conversation_id'],
      passing: true,
    },
    { table: 'inbox_days', partitionKey: ['generation'], clusteringKey: ['partition', 'day'], passing: true },
  ],
  people: peopleTables.map((table) => ({
    ...table,
    clusteringKey: clusteringOfPeople[table.table] ?? [],
    ...(hintsOfPeople.has(table.table) ? { passing: true } : {}),
  })),
};
