import { KafkaEngine, parseKafkaUrl } from '@parley/kafka';
import type { Logger, ParleyConfig } from '@parley/platform';
import type { DeadLetters, EventFeed, EventLogReader, EventTopic } from '@parley/ports';
import { createLogFeed } from '@parley/projector';
import type { Closers } from './closers.js';

export interface SharedFeed {
  readonly feed: EventFeed;
  readonly deadLetters: DeadLetters;
  /** Where a relay puts the log; null: the feed is the log itself. */
  readonly topic: EventTopic | null;
}

const hourMs = 3_600_000;

/**
 * A projector waits for Kafka, however late it is. Others begin without: what they do does not need it.
 * @throws KafkaMisconfigured
 */
export async function openKafkaFeed(
  log: EventLogReader,
  config: Pick<
    ParleyConfig,
    'apps' | 'kafkaUrl' | 'kafkaPrefix' | 'kafkaPartitions' | 'kafkaReplication' | 'kafkaRetention'
  >,
  logger: Logger,
  closers: Closers,
): Promise<SharedFeed> {
  const kafka = new KafkaEngine({
    address: parseKafkaUrl(config.kafkaUrl),
    logger,
    prefix: config.kafkaPrefix,
    partitions: config.kafkaPartitions,
    ...(config.kafkaReplication === 0 ? {} : { replicationFactor: config.kafkaReplication }),
    retentionMs: config.kafkaRetention * hourMs,
  });
  closers.add(kafka, (opened) => opened.close());
  if (config.apps.includes('projector')) await kafka.prepare();
  return { feed: kafka.feed(log), deadLetters: kafka.deadLetters, topic: kafka.topic };
}

/** Without Kafka an event that nobody can deal with is kept where the projection keeps it. */
export const feedOfLog = (log: EventLogReader): SharedFeed => ({
  feed: createLogFeed(log),
  deadLetters: { add: () => Promise.resolve() },
  topic: null,
});
