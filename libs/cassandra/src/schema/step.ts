/**
 * One step of the schema. Once released it never changes: a later step changes what it made. Statements are CQL for
 * the keyspace of the connection, each safe to run again (`IF NOT EXISTS`, `IF EXISTS`), because a step that was cut
 * short, or whose lock expired, is run from its beginning.
 */
export interface MigrationStep {
  /** In this order, without doubles. */
  readonly id: number;
  readonly name: string;
  readonly statements: readonly string[];
}
