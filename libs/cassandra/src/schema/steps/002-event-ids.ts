import type { MigrationStep } from '../step.js';

/** Where the events stand whose ids name a command for ever. */
export const eventIds: MigrationStep = {
  id: 2,
  name: 'event-ids',
  statements: [
    `CREATE TABLE IF NOT EXISTS event_ids (
       event_id uuid PRIMARY KEY,
       stream text,
       revision bigint,
       position bigint
     ) WITH comment = 'derived event ids and their places'`,
    `CREATE TABLE IF NOT EXISTS indexed_streams (
       stream text PRIMARY KEY,
       revision bigint
     ) WITH comment = 'every derived id of the stream up to this revision is in event_ids'`,
  ],
};
