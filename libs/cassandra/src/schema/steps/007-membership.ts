import type { MigrationStep } from '../step.js';

/** The projection `membership`. */
export const membership: MigrationStep = {
  id: 7,
  name: 'membership',
  statements: [
    `CREATE TABLE IF NOT EXISTS memberships (
       generation int,
       user_id text,
       conversation_id text,
       role text,
       state text,
       changed bigint,
       after_sequence int,
       after_position bigint,
       until_sequence int,
       until_position bigint,
       earlier text,
       bucket int,
       large boolean,
       PRIMARY KEY ((generation, user_id), conversation_id)
     ) WITH comment = 'everybody who ever was in a conversation; role empty, until -1: see read-models/membership'`,
    `CREATE TABLE IF NOT EXISTS members (
       generation int,
       conversation_id text,
       bucket int,
       user_id text,
       role text,
       state text,
       changed bigint,
       after_sequence int,
       after_position bigint,
       until_sequence int,
       until_position bigint,
       earlier text,
       PRIMARY KEY ((generation, conversation_id, bucket), user_id)
     ) WITH comment = 'the same by conversation; bucket 0 holds the first ones'`,
    `CREATE TABLE IF NOT EXISTS member_counts (
       generation int,
       conversation_id text,
       position bigint,
       members int,
       listed int,
       counted bigint,
       changed bigint,
       large boolean,
       PRIMARY KEY ((generation, conversation_id))
     ) WITH comment = 'listed: rows of members; position: everything up to here is in the rows, written after them'`,
    `CREATE TABLE IF NOT EXISTS member_changes (
       generation int,
       conversation_id text,
       bucket bigint,
       position bigint,
       user_id text,
       PRIMARY KEY ((generation, conversation_id, bucket), position, user_id)
     ) WITH comment = 'whose membership changed at which position'`,
    `CREATE TABLE IF NOT EXISTS member_change_buckets (
       generation int,
       conversation_id text,
       bucket bigint,
       PRIMARY KEY ((generation, conversation_id), bucket)
     ) WITH comment = 'the buckets of member_changes that hold something'`,
  ],
};
