import type { MigrationStep } from '../step.js';

/** Folded states of streams: losing one costs time only. */
export const snapshots: MigrationStep = {
  id: 4,
  name: 'snapshots',
  statements: [
    `CREATE TABLE IF NOT EXISTS snapshots (
       stream text,
       version int,
       revision bigint,
       state text,
       PRIMARY KEY ((stream, version))
     ) WITH comment = 'written with the revision as timestamp: the newest stays'`,
  ],
};
