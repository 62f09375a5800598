import type { MigrationStep } from '../step.js';

/** The projection `history`. Buckets: see read-models/layout.ts. */
export const history: MigrationStep = {
  id: 6,
  name: 'history',
  statements: [
    `CREATE TABLE IF NOT EXISTS history_heads (
       generation int,
       conversation_id text,
       position bigint,
       revision bigint,
       last_sequence int,
       message_position bigint,
       change_position bigint,
       notice_position bigint,
       PRIMARY KEY ((generation, conversation_id))
     ) WITH comment = 'position: everything of the conversation up to here is in the rows; written after them'`,
    `CREATE TABLE IF NOT EXISTS messages (
       generation int,
       conversation_id text,
       bucket int,
       sequence int,
       position bigint,
       changed bigint,
       body text,
       PRIMARY KEY ((generation, conversation_id, bucket), sequence)
     ) WITH CLUSTERING ORDER BY (sequence DESC)
       AND comment = 'body: the message view as JSON; changed: position of its last change, null before the first'`,
    `CREATE TABLE IF NOT EXISTS message_buckets (
       generation int,
       conversation_id text,
       first_position bigint,
       bucket int,
       PRIMARY KEY ((generation, conversation_id), first_position)
     ) WITH CLUSTERING ORDER BY (first_position DESC)
       AND comment = 'where each bucket of messages begins: finds sequences by position'`,
    `CREATE TABLE IF NOT EXISTS message_versions (
       generation int,
       conversation_id text,
       bucket int,
       sequence int,
       until_position bigint,
       body text,
       PRIMARY KEY ((generation, conversation_id, bucket), sequence, until_position)
     ) WITH comment = 'what an edit at until_position replaced; a deletion takes it all'`,
    `CREATE TABLE IF NOT EXISTS notices (
       generation int,
       conversation_id text,
       bucket int,
       position bigint,
       after_sequence int,
       body text,
       PRIMARY KEY ((generation, conversation_id, bucket), position)
     ) WITH CLUSTERING ORDER BY (position DESC)
       AND comment = 'notice views as JSON, in the buckets of the messages they stand after'`,
    `CREATE TABLE IF NOT EXISTS history_changes (
       generation int,
       conversation_id text,
       bucket bigint,
       position bigint,
       sequence int,
       notice text,
       PRIMARY KEY ((generation, conversation_id, bucket), position)
     ) WITH comment = 'what changed at which position: the message with this sequence, or the notice that came'`,
    `CREATE TABLE IF NOT EXISTS history_change_buckets (
       generation int,
       conversation_id text,
       bucket bigint,
       PRIMARY KEY ((generation, conversation_id), bucket)
     ) WITH comment = 'the buckets of history_changes that hold something'`,
  ],
};
