import type { Logger } from '@parley/platform';
import type { Admin } from 'kafkajs';
import { KafkaMisconfigured, type KafkaSettings } from '../options.js';

export const eventsTopic = ({ prefix }: KafkaSettings): string => `${prefix}events`;
export const deadTopic = ({ prefix }: KafkaSettings): string => `${prefix}events.dead`;

/** One event may have 1 MiB of data, and metadata and headers beside it. */
const maxMessageBytes = 4 * 1_048_576;

/**
 * Creates the topics that are missing, safe when several do so at once, and looks at those that are there.
 * @throws KafkaMisconfigured when the feed's topic has another number of partitions than this deployment: each process
 * would look for a conversation in another place.
 */
export async function createTopics(admin: Admin, settings: KafkaSettings, logger: Logger): Promise<void> {
  const wanted = [
    { topic: eventsTopic(settings), numPartitions: settings.partitions },
    { topic: deadTopic(settings), numPartitions: 1 },
  ];
  const configEntries = [
    { name: 'cleanup.policy', value: 'delete' },
    { name: 'retention.ms', value: String(settings.retentionMs) },
    { name: 'max.message.bytes', value: String(maxMessageBytes) },
    { name: 'compression.type', value: 'producer' },
    ...(settings.replicationFactor >= 3 ? [{ name: 'min.insync.replicas', value: '2' }] : []),
  ];
  const there = new Set(await admin.listTopics());
  const topics = wanted
    .filter(({ topic }) => !there.has(topic))
    .map((each) => ({ ...each, replicationFactor: settings.replicationFactor, configEntries }));
  if (topics.length > 0) {
    await admin.createTopics({ topics, waitForLeaders: false });
    logger.info({ topics: topics.map(({ topic }) => topic) }, 'created topics');
  }
  await checkPartitions(admin, eventsTopic(settings), settings.partitions);
}

async function checkPartitions(admin: Admin, topic: string, partitions: number): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const found = topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
  if (found === partitions) return;
  if (found === 0) throw new Error(`the topic ${topic} is not known to all brokers yet`);
  throw new KafkaMisconfigured(
    `the topic ${topic} has ${found} partitions and this deployment is set to ${partitions}: ` +
      'set it to the number that is there, or use another prefix, which begins with a new topic',
  );
}
