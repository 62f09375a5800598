import type { MigrationStep } from '../step.js';

/** Generations built beside the one that serves, and what processes tell each other of projections. */
export const rebuilding: MigrationStep = {
  id: 10,
  name: 'rebuilding',
  statements: [
    'ALTER TABLE projection_generations ADD IF NOT EXISTS (beside int, held boolean)',
    `CREATE TABLE IF NOT EXISTS kept_generations (
       projection text,
       generation int,
       PRIMARY KEY (projection, generation)
     ) WITH comment = 'generations that may have rows: those that do not serve are to be removed'`,
    `CREATE TABLE IF NOT EXISTS projection_builds (
       slot text PRIMARY KEY,
       id text,
       beat bigint,
       state text
     ) WITH comment = 'the rebuild under way, or the last one'`,
    `CREATE TABLE IF NOT EXISTS projector_reports (
       slot text,
       node text,
       report text,
       PRIMARY KEY (slot, node)
     ) WITH comment = 'how the projections of each process are; with a short time to live'`,
    `CREATE TABLE IF NOT EXISTS parked_retries (
       slot text,
       id text,
       projection text,
       position bigint,
       applied boolean,
       PRIMARY KEY (slot, id)
     ) WITH comment = 'parked events that somebody wants applied again; with a short time to live'`,
  ],
};
