export {
  checkSchema,
  migrateCassandra,
  type MigrateOptions,
  type MigrationResult,
  SchemaBehind,
  SchemaMismatch,
  waitForSchema,
} from './migrate.js';
export { MigrationLockHeld } from './migration-lock.js';
export type { MigrationStep } from './step.js';
