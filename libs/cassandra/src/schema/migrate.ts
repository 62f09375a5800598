import { ReadModelUnavailable } from '@parley/ports';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type CassandraClient, connectCassandra, type CassandraOptions } from '../client/index.js';
import { ensureKeyspace } from './keyspace.js';
import { MigrationLock } from './migration-lock.js';
import type { MigrationStep } from './step.js';
import { migrationSteps } from './steps/index.js';

/** A step was applied with other statements than this program's: one of them was changed after its release. */
export class SchemaMismatch extends Error {
  override readonly name = 'SchemaMismatch';
}

/** Steps are missing: somebody has to migrate. */
export class SchemaBehind extends Error {
  override readonly name = 'SchemaBehind';
}

export interface MigrateOptions extends CassandraOptions {
  /** See ensureKeyspace. */
  readonly replicationFactor?: number;
  readonly steps?: readonly MigrationStep[];
  /** How long to wait for another migration, ms. Default 5 minutes. */
  readonly lockTimeoutMs?: number;
  /** Ends the wait for an engine that is late. */
  readonly signal?: AbortSignal;
}

export interface MigrationResult {
  /** Names of the steps that were applied now, in order. */
  readonly applied: readonly string[];
  /** The step the schema is at. */
  readonly at: number;
}

/**
 * Brings the keyspace to this program's schema, making it when there is none. Safe to run again and by several at once:
 * one works, the others wait and find nothing to do. Waits for an engine that is late.
 * @throws SchemaMismatch, MigrationLockHeld, ReadModelUnavailable
 */
export async function migrateCassandra(options: MigrateOptions): Promise<MigrationResult> {
  const { logger, steps = migrationSteps, replicationFactor, lockTimeoutMs = 300_000 } = options;
  await ensureKeyspace(options, replicationFactor);
  const client = await connectCassandra(options);
  try {
    await ensureOwnTables(client);
    if ((await missingSteps(client, steps)).length === 0) return { applied: [], at: steps.at(-1)?.id ?? 0 };
    return await new MigrationLock(client, logger).run(lockTimeoutMs, async () => {
      const applied: string[] = [];
      // Looked at again: another one may have worked while this one waited.
      for (const step of await missingSteps(client, steps)) {
        await applyStep(client, step);
        logger.info({ keyspace: client.address.keyspace, step: step.id, name: step.name }, 'applied a schema step');
        applied.push(step.name);
      }
      return { applied, at: steps.at(-1)?.id ?? 0 };
    });
  } finally {
    await client.close();
  }
}

/**
 * Is the schema the one this program knows?
 * @throws SchemaBehind with what to do when steps are missing, SchemaMismatch when one differs
 */
export async function checkSchema(
  client: CassandraClient,
  steps: readonly MigrationStep[] = migrationSteps,
): Promise<void> {
  const { keyspace } = client.address;
  const table = await client.readOne(
    `SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = 'schema_steps'`,
    [keyspace],
  );
  const missing = table === null ? steps : await missingSteps(client, steps);
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(', ');
  throw new SchemaBehind(`keyspace ${keyspace} lacks the steps ${names}: run \`npm run migrate\``);
}

/** How often it is looked, and how often it is said, ms. */
const lookEveryMs = 1_000;
const remindEveryMs = 10_000;

/**
 * Waits until the schema is there, for ever by decision: who starts processes and who migrates need not know of each
 * other. Says so at once and every 10 s. An engine that goes away meanwhile is waited for too.
 * @throws SchemaMismatch for a step that differs; the signal's reason when it is aborted
 */
export async function waitForSchema(client: CassandraClient, signal?: AbortSignal): Promise<void> {
  let saidAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    signal?.throwIfAborted();
    const reason = await checkSchema(client).then(
      () => null,
      (error: unknown) => {
        if (error instanceof SchemaBehind || error instanceof ReadModelUnavailable) return error.message;
        throw error;
      },
    );
    if (reason === null) return;
    if (performance.now() - saidAt >= remindEveryMs) {
      client.logger.warn({ reason }, 'waiting for the schema of Cassandra');
      saidAt = performance.now();
    }
    await delay(lookEveryMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}

/** A newer program's steps are no reason to stop: steps only add. @throws SchemaMismatch for a step that differs. */
async function missingSteps(
  client: CassandraClient,
  steps: readonly MigrationStep[],
): Promise<readonly MigrationStep[]> {
  const rows = await client.read<{ id: number; digest: string }>(
    `SELECT id, digest FROM schema_steps WHERE scope = 'parley'`,
    [],
  );
  const digests = new Map(rows.map(({ id, digest }) => [id, digest]));
  for (const step of steps) {
    const digest = digests.get(step.id);
    if (digest !== undefined && digest !== digestOf(step)) {
      throw new SchemaMismatch(
        `step ${step.id} (${step.name}) of keyspace ${client.address.keyspace} was made with other statements`,
      );
    }
  }
  return steps.filter(({ id }) => !digests.has(id)).toSorted((a, b) => a.id - b.id);
}

async function applyStep(client: CassandraClient, step: MigrationStep): Promise<void> {
  for (const statement of step.statements) await client.define(statement);
  await client.write({
    query: `INSERT INTO schema_steps (scope, id, name, digest) VALUES ('parley', ?, ?, ?)`,
    params: [step.id, step.name, digestOf(step)],
  });
}

/** Of the words, not of the layout. */
const digestOf = ({ statements }: MigrationStep): string =>
  createHash('sha256')
    .update(statements.map((statement) => statement.replaceAll(/\s+/g, ' ').trim()).join(';'))
    .digest('base64url');

async function ensureOwnTables(client: CassandraClient): Promise<void> {
  await client.define(
    `CREATE TABLE IF NOT EXISTS schema_steps (scope text, id int, name text, digest text, PRIMARY KEY (scope, id))`,
  );
  await client.define('CREATE TABLE IF NOT EXISTS schema_lock (name text PRIMARY KEY, holder uuid)');
}
