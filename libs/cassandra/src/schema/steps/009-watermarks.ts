import type { MigrationStep } from '../step.js';

/** The projection `watermarks`, with the index of activity that only it can write: it knows who is there. */
export const watermarks: MigrationStep = {
  id: 9,
  name: 'watermarks',
  statements: [
    `CREATE TABLE IF NOT EXISTS watermark_devices (
       generation int,
       conversation_id text,
       user_id text,
       device_id text,
       delivered int,
       read int,
       PRIMARY KEY ((generation, conversation_id, user_id), device_id)
     ) WITH comment = 'written with the watermark itself as timestamp: the highest stays'`,
    `CREATE TABLE IF NOT EXISTS watermark_members (
       generation int,
       conversation_id text,
       user_id text,
       delivered int,
       read int,
       sent int,
       member boolean,
       changed bigint,
       PRIMARY KEY ((generation, conversation_id), user_id)
     ) WITH comment = 'the highest over the devices; changed: when reading last moved it'`,
    `CREATE TABLE IF NOT EXISTS receipts (
       generation int,
       conversation_id text,
       position bigint,
       body text,
       PRIMARY KEY ((generation, conversation_id))
     ) WITH comment = 'the receipts view as JSON, as of the last advance'`,
    `CREATE TABLE IF NOT EXISTS inbox_activity (
       generation int,
       user_id text,
       day int,
       conversation_id text,
       position bigint,
       PRIMARY KEY ((generation, user_id, day), conversation_id)
     ) WITH default_time_to_live = 2592000
       AND comment = 'where something happened for a person, up to which position; day: since 1970, UTC'`,
    `CREATE TABLE IF NOT EXISTS inbox_days (
       generation int,
       partition int,
       day int,
       first_position bigint,
       PRIMARY KEY ((generation), partition, day)
     ) WITH CLUSTERING ORDER BY (partition ASC, day DESC) AND default_time_to_live = 2505600
       AND comment = 'activity of a partition of the feed from this position on was noted on this day or later'`,
  ],
};
