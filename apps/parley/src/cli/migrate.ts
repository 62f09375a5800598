import { migrateCassandra, MigrationLockHeld, SchemaMismatch } from '@parley/cassandra';
import { createLogger, loadConfig } from '@parley/platform';
import { parseArguments } from './arguments.js';
import { ExpectedFailure, UsageError } from './errors.js';

/** Brings Cassandra's keyspace to this program's schema, making it when there is none. Harmless to run again. */
export async function migrate(argv: readonly string[]): Promise<number> {
  const { words, flags } = parseArguments(argv);
  if (words.length > 0) throw new UsageError(`migrate takes flags only, not ${JSON.stringify(words[0])}.`);
  const { cassandraUrl: url, cassandraReplication: copies, logLevel } = loadConfig(process.env, flags);
  if (url === '') {
    throw new UsageError('migrate needs PARLEY_CASSANDRA_URL: the embedded engines make their tables by themselves.');
  }
  try {
    const replication = copies === 0 ? {} : { replicationFactor: copies };
    const { applied, at } = await migrateCassandra({ url, ...replication, logger: createLogger(logLevel) });
    console.log(
      applied.length === 0
        ? `The schema is at step ${at}: nothing to do.`
        : `Applied ${applied.join(', ')}: the schema is at step ${at}.`,
    );
    return 0;
  } catch (error) {
    if (error instanceof SchemaMismatch || error instanceof MigrationLockHeld) throw new ExpectedFailure(error.message);
    throw error;
  }
}
