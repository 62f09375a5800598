import { ConfigurationError, type ParleyConfig } from '@parley/platform';

/** Which adapter each port gets. */
export interface EngineChoice {
  readonly log: 'embedded' | 'eventstore';
  /** What the projections read: the log itself, or the topic that a relay feeds from it. */
  readonly feed: 'log' | 'kafka';
  /** History, inbox, membership, watermarks, people; accounts and snapshots beside them. */
  readonly models: 'embedded' | 'cassandra';
  readonly search: 'embedded' | 'elasticsearch';
  /** Presence, deliveries, typing, revocations, rate limits, nodes. */
  readonly coordination: 'process' | 'redis';
}

type EngineSettings = Pick<
  ParleyConfig,
  'apps' | 'secret' | 'eventstoreUrl' | 'kafkaUrl' | 'cassandraUrl' | 'elasticsearchUrl' | 'redisUrl'
>;

/**
 * Each port's adapter by its own setting. Mixes that cannot work are refused, all reasons at once.
 * @throws ConfigurationError
 */
export function chooseEngines(config: EngineSettings): EngineChoice {
  const choice: EngineChoice = {
    log: config.eventstoreUrl === '' ? 'embedded' : 'eventstore',
    feed: config.kafkaUrl === '' ? 'log' : 'kafka',
    models: config.cassandraUrl === '' ? 'embedded' : 'cassandra',
    search: config.elasticsearchUrl === '' ? 'embedded' : 'elasticsearch',
    coordination: config.redisUrl === '' ? 'process' : 'redis',
  };
  const reasons = [...missingForMany(config), ...mixesThatCannotWork(choice)];
  if (reasons.length > 0) throw new ConfigurationError(reasons);
  return choice;
}

/** Everything is embedded: one process, one folder. */
export const isEmbedded = ({ log, feed, models, search, coordination }: EngineChoice): boolean =>
  log === 'embedded' && feed === 'log' && models === 'embedded' && search === 'embedded' && coordination === 'process';

/** The apps of a deployment in processes of their own. */
function missingForMany(config: EngineSettings): readonly string[] {
  const all = new Set(config.apps).size === 3;
  if (all) return [];
  const needed = [
    ['EVENTSTORE_URL', config.eventstoreUrl, 'the embedded event log has one process'],
    ['KAFKA_URL', config.kafkaUrl, 'projectors share the work by its partitions'],
    ['CASSANDRA_URL', config.cassandraUrl, 'the embedded read models have one process'],
    ['ELASTICSEARCH_URL', config.elasticsearchUrl, 'the embedded message search has one process'],
    ['REDIS_URL', config.redisUrl, 'processes find and tell each other there'],
    ['SECRET', config.secret, 'every process must know the same'],
  ] as const;
  return needed
    .filter(([, value]) => value === '')
    .map(([name, , why]) => `PARLEY_${name} is needed with PARLEY_APPS=${config.apps.join()}: ${why}`);
}

function mixesThatCannotWork({ log, feed, models, search, coordination }: EngineChoice): readonly string[] {
  const reasons: string[] = [];
  if (log === 'eventstore' && models === 'embedded') {
    reasons.push('PARLEY_EVENTSTORE_URL needs PARLEY_CASSANDRA_URL: the index of message ids for ever lies there');
  }
  if (log === 'eventstore' && search === 'embedded') {
    reasons.push('PARLEY_EVENTSTORE_URL needs PARLEY_ELASTICSEARCH_URL: the embedded search reads the embedded log');
  }
  if (feed === 'kafka' && models === 'embedded') {
    reasons.push('PARLEY_KAFKA_URL needs PARLEY_CASSANDRA_URL: the embedded read models read the log in one order');
  }
  if (feed === 'kafka' && coordination === 'process') {
    reasons.push(
      'PARLEY_KAFKA_URL needs PARLEY_REDIS_URL: who relays, and the order of deliveries, are agreed on there',
    );
  }
  if (search === 'elasticsearch' && models === 'embedded') {
    reasons.push(
      'PARLEY_ELASTICSEARCH_URL needs PARLEY_CASSANDRA_URL: the embedded read models bring their own search',
    );
  }
  return reasons;
}
