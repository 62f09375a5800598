import { randomUUID } from 'node:crypto';
import type { Admin, Consumer, EachBatchPayload } from 'kafkajs';
import { doneWithin } from '../client/done-within.js';
import { boundedRetry, type ClientSettings, KafkaClient } from '../client/kafka-client.js';
import { decodeRecord } from './record-headers.js';

/** Records looked at from the end of a partition, in case that strangers have written the last ones. */
const lastRecords = 100;
const deadlineMs = 30_000;
const leaveMs = 2_000;

interface Search {
  readonly from: number;
  /** Of the last record at the time of asking. */
  readonly to: number;
  position: number;
  done: boolean;
}

/**
 * Up to which position each partition is filled: that of its last record. Read by a group of its own, as the client
 * library knows no other way, which is deleted afterwards.
 */
export async function readMarkers(
  admin: Admin,
  topic: string,
  settings: ClientSettings,
): Promise<readonly (number | null)[]> {
  const markers: (number | null)[] = [];
  const searches = new Map<number, Search>();
  for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
    const [first, end] = [Number(low), Number(high)];
    markers[partition] = end === 0 ? 0 : null;
    if (end > first) {
      searches.set(partition, { from: Math.max(first, end - lastRecords), to: end - 1, position: 0, done: false });
    }
  }
  if (searches.size > 0) await searchEnds(admin, topic, settings, searches);
  for (const [partition, { position }] of searches) markers[partition] = position;
  return markers;
}

async function searchEnds(
  admin: Admin,
  topic: string,
  settings: ClientSettings,
  searches: ReadonlyMap<number, Search>,
): Promise<void> {
  const client = new KafkaClient(settings, boundedRetry);
  const groupId = `${topic}.markers-${randomUUID()}`;
  const consumer = client.kafka.consumer({ groupId, maxWaitTimeInMs: 50 });
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('the end of the topic could not be read in time')), deadlineMs);
  try {
    await Promise.race([readEnds(consumer, topic, searches), late.promise]);
  } finally {
    clearTimeout(timer);
    await doneWithin(leaveMs, consumer.disconnect());
    client.release();
    await doneWithin(leaveMs, admin.deleteGroups([groupId]));
  }
}

async function readEnds(consumer: Consumer, topic: string, searches: ReadonlyMap<number, Search>): Promise<void> {
  const found = Promise.withResolvers<void>();
  consumer.on(consumer.events.CRASH, ({ payload }) => found.reject(payload.error));
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: false });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      look(batch, searches.get(batch.partition));
      if ([...searches.values()].every(({ done }) => done)) found.resolve();
    },
  });
  for (const [partition, { from }] of searches) consumer.seek({ topic, partition, offset: String(from) });
  await found.promise;
}

function look(batch: EachBatchPayload['batch'], search: Search | undefined): void {
  if (search === undefined) return;
  for (const message of batch.messages) {
    if (Number(message.offset) < search.from) continue;
    search.position = Math.max(search.position, decodeRecord(message)?.position ?? 0);
  }
  search.done ||= Number(batch.lastOffset()) >= search.to;
}
