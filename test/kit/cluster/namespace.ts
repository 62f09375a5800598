import { connectCassandra } from '@parley/cassandra';
import { createLogger } from '@parley/platform';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import type { Settings } from '../server-process.js';

/** Takes everything that a deployment of this name has left off the engines. */
export async function dropNamespace(settings: Settings): Promise<void> {
  await Promise.all([dropKeyspace(settings), dropTopics(settings), dropIndices(settings), dropKeys(settings)]);
}

async function dropKeyspace({ PARLEY_CASSANDRA_URL: url = '' }: Settings): Promise<void> {
  const client = await connectCassandra({ url, logger: createLogger('silent') });
  try {
    await client.define(`DROP KEYSPACE IF EXISTS ${client.address.keyspace}`);
  } finally {
    await client.close();
  }
}

async function dropTopics({ PARLEY_KAFKA_URL: url = '', PARLEY_KAFKA_PREFIX: prefix = '' }: Settings): Promise<void> {
  const brokers = url.replace('kafka://', '').split(',');
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    await admin.deleteTopics({ topics });
    const { groups } = await admin.listGroups();
    const own = groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith(prefix));
    // One that a process killed a moment ago was in still has members: it goes by itself.
    await admin.deleteGroups(own).catch(() => undefined);
  } finally {
    await admin.disconnect();
  }
}

async function dropIndices(settings: Settings): Promise<void> {
  const { PARLEY_ELASTICSEARCH_URL: url = '', PARLEY_ELASTICSEARCH_PREFIX: prefix = '' } = settings;
  const names = await fetch(`${url}/_cat/indices/${prefix}-*?format=json&h=index&expand_wildcards=all`);
  for (const { index } of (await names.json()) as { index: string }[])
    await fetch(`${url}/${index}`, { method: 'DELETE' });
  await fetch(`${url}/_index_template/${prefix}-*`, { method: 'DELETE' });
}

async function dropKeys({ PARLEY_REDIS_URL: url = '', PARLEY_REDIS_PREFIX: prefix = '' }: Settings): Promise<void> {
  const redis = new Redis(url);
  try {
    for await (const keys of redis.scanStream({ match: `*${prefix}*`, count: 1_000 }) as AsyncIterable<string[]>)
      if (keys.length > 0) await redis.unlink(...keys);
  } finally {
    redis.disconnect();
  }
}
