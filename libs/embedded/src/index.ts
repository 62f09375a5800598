export { SqliteAccountStore } from './accounts/account-store.js';
export { backUp, restore, type BackupResult } from './backup/backup.js';
export {
  openEventLog,
  openLogReader,
  type EmbeddedEventLog,
  type EmbeddedLogReader,
  type EventLogOptions,
} from './log/event-log.js';
export type { HeadSignal } from './log/head-signal.js';
export { checkIntegrity, EventLogUnusable } from './log/log-file.js';
export { EventLogDamaged } from './log/event-checksum.js';
export type { QueueLimits } from './log/threaded-writer.js';
export { openSearchStore, SqliteSearchReader, type SearchReaderOptions } from './search/index.js';
export { openPeopleDirectory, type PeopleDirectory } from './read-models/people/index.js';
export {
  startEmbeddedProjections,
  type EmbeddedProjections,
  type EmbeddedProjectionsOptions,
} from './read-models/start-embedded-projections.js';
export { openReadModels, type OpenReadModels } from './read-models/open-read-models.js';
export { workerEntry } from './worker-entry.js';
export * from './presence/index.js';
export { releaseStartupMemory } from './release-startup-memory.js';
