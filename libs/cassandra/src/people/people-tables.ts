import type { GenerationTable } from '../checkpoints/index.js';

/** The tables of this projection, for whoever removes a generation. */
export const peopleTables: readonly GenerationTable[] = [
  { table: 'people', partitionKey: ['generation', 'user_id'] },
  { table: 'people_by_username', partitionKey: ['generation', 'username'] },
  { table: 'people_words', partitionKey: ['generation', 'prefix'] },
  { table: 'people_word_prefixes', partitionKey: ['generation', 'initial'] },
  { table: 'people_changes', partitionKey: ['generation', 'bucket'] },
  { table: 'people_change_buckets', partitionKey: ['generation'] },
];
