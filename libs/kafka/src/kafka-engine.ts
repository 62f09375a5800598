import { setTimeout as pause } from 'node:timers/promises';
import type { EventFeed, EventLogReader } from '@parley/ports';
import type { Admin } from 'kafkajs';
import { doneWithin } from './client/done-within.js';
import { boundedRetry, type ClientSettings, KafkaClient } from './client/kafka-client.js';
import { groupLag } from './feed/group-lag.js';
import { KafkaEventFeed } from './feed/kafka-event-feed.js';
import { KafkaMisconfigured, type KafkaOptions, type KafkaSettings, settingsOf } from './options.js';
import { createTopics, deadTopic, eventsTopic } from './topic/create-topics.js';
import { KafkaDeadLetters } from './topic/kafka-dead-letters.js';
import { KafkaEventTopic } from './topic/kafka-event-topic.js';

/** What an administrator's question may take, in milliseconds. */
const lagMs = 5_000;
const createMs = 30_000;
const markersMs = 45_000;
const leaveMs = 1_000;
/** Between two looks at brokers that are not there yet, in milliseconds. */
const retryMs = [250, 5_000] as const;

/** Everything that Parley has on Kafka. Making one touches no network. */
export class KafkaEngine {
  readonly #settings: KafkaSettings;
  readonly #client: ClientSettings;
  readonly #closing = new AbortController();
  #topic: KafkaEventTopic | null = null;
  #deadLetters: KafkaDeadLetters | null = null;

  /** @throws KafkaMisconfigured */
  constructor(options: KafkaOptions) {
    this.#settings = settingsOf(options);
    const { address, logger } = options;
    this.#client = { address, logger, requestTimeoutMs: this.#settings.requestTimeoutMs };
  }

  /**
   * Waits for the brokers, however late they are, and creates the topics that are missing. To be done once before the
   * rest is used; safe in many processes at once.
   * @throws KafkaMisconfigured when the topic there does not fit.
   */
  async prepare(): Promise<void> {
    const { signal } = this.#closing;
    const { logger } = this.#client;
    for (let wait: number = retryMs[0]; ; wait = Math.min(wait * 2, retryMs[1])) {
      try {
        await this.#withAdmin((admin) => createTopics(admin, this.#settings, logger), createMs);
        return;
      } catch (error) {
        if (error instanceof KafkaMisconfigured) throw error;
        signal.throwIfAborted();
        logger.warn({ err: error, brokers: this.#client.address.brokers }, 'waits for Kafka');
      }
      await pause(wait, undefined, { signal });
    }
  }

  /** `log`: for what the topic does not have (any more). */
  feed(log: Pick<EventLogReader, 'subscribe'>): EventFeed {
    const topic = eventsTopic(this.#settings);
    const lagOf = (groupId: string): Promise<number | null> =>
      this.#withAdmin((admin) => groupLag(admin, groupId, topic), lagMs).catch(() => null);
    return new KafkaEventFeed({ ...this.#client, settings: this.#settings, topic, log, lagOf });
  }

  /** Where the relay publishes; the same one at each call. */
  get topic(): KafkaEventTopic {
    this.#topic ??= new KafkaEventTopic({
      ...this.#client,
      settings: this.#settings,
      topic: eventsTopic(this.#settings),
      withAdmin: (work) => this.#withAdmin(work, markersMs),
    });
    return this.#topic;
  }

  get deadLetters(): KafkaDeadLetters {
    this.#deadLetters ??= new KafkaDeadLetters(this.#client, deadTopic(this.#settings));
    return this.#deadLetters;
  }

  /** Bounded in time. Memberships of the feed are closed by whoever joined. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the Kafka engine is closed'));
    await Promise.all([this.#topic?.close(), this.#deadLetters?.close()]);
  }

  /** Connects for the occasion: what an administrator asks is rare. */
  async #withAdmin<T>(work: (admin: Admin) => Promise<T>, deadlineMs: number): Promise<T> {
    const client = new KafkaClient(this.#client, boundedRetry);
    const admin = client.kafka.admin();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error('the brokers have not answered in time')), deadlineMs);
    try {
      const answered = admin.connect().then(() => work(admin));
      return await Promise.race([answered, late.promise]);
    } finally {
      clearTimeout(timer);
      await doneWithin(leaveMs, admin.disconnect());
      client.release();
    }
  }
}
