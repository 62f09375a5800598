import type { MigrationStep } from '../step.js';

/** The projection `inbox`. */
export const inbox: MigrationStep = {
  id: 8,
  name: 'inbox',
  statements: [
    `CREATE TABLE IF NOT EXISTS conversation_views (
       generation int,
       conversation_id text,
       position bigint,
       kind text,
       title text,
       description text,
       peers text,
       pins text,
       started_at text,
       view_position bigint,
       PRIMARY KEY ((generation, conversation_id))
     ) WITH comment = 'position: of the last event in the row; view_position: of the last one that changed the view'`,
    `CREATE TABLE IF NOT EXISTS mentions (
       generation int,
       user_id text,
       conversation_id text,
       bucket int,
       sequence int,
       PRIMARY KEY ((generation, user_id, conversation_id, bucket), sequence)
     ) WITH comment = 'messages that mention a person'`,
    `CREATE TABLE IF NOT EXISTS message_mentions (
       generation int,
       conversation_id text,
       bucket int,
       sequence int,
       user_id text,
       PRIMARY KEY ((generation, conversation_id, bucket), sequence, user_id)
     ) WITH comment = 'the same by message: what an edit or deletion takes back'`,
    `CREATE TABLE IF NOT EXISTS settings (
       generation int,
       user_id text,
       conversation_id text,
       muted boolean,
       muted_until bigint,
       archived boolean,
       marked_unread boolean,
       position bigint,
       PRIMARY KEY ((generation, user_id), conversation_id)
     ) WITH comment = 'muted_until: ms since 1970, -1 for ever'`,
  ],
};
