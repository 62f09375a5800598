import type { MigrationStep } from '../step.js';

/** How far projections are, which generation of their rows serves, and what could not be applied. */
export const progress: MigrationStep = {
  id: 1,
  name: 'progress',
  statements: [
    `CREATE TABLE IF NOT EXISTS projection_generations (
       projection text PRIMARY KEY,
       serving int,
       version int,
       newest int
     ) WITH comment = 'which generation of the rows readers read; the highest number ever given out'`,
    `CREATE TABLE IF NOT EXISTS checkpoints (
       projection text,
       generation int,
       partition int,
       position bigint,
       PRIMARY KEY ((projection, generation), partition)
     ) WITH comment = 'everything of a partition of the feed up to here is in the rows'`,
    `CREATE TABLE IF NOT EXISTS parked_events (
       projection text,
       generation int,
       partition int,
       position bigint,
       stream text,
       type text,
       reason text,
       parked_at bigint,
       PRIMARY KEY ((projection, generation, partition), position)
     ) WITH comment = 'events that could not be applied'`,
  ],
};
