import { setTimeout as pause } from 'node:timers/promises';
import type { EventLogReader, FeedConsumer, FeedMembership } from '@parley/ports';
import type { Consumer, EachBatchPayload, Offsets } from 'kafkajs';
import { doneWithin } from '../client/done-within.js';
import { type ClientSettings, endlessRetry, KafkaClient } from '../client/kafka-client.js';
import type { KafkaSettings } from '../options.js';
import { decodeRecord } from '../topic/record-headers.js';
import { OwnedPartitions } from './owned-partitions.js';
import type { PlacedRecord } from './stretch.js';

export interface MemberOptions extends ClientSettings {
  readonly settings: KafkaSettings;
  readonly topic: string;
  readonly groupId: string;
  readonly log: Pick<EventLogReader, 'subscribe'>;
  readonly lag: () => Promise<number | null>;
}

const commitEveryMs = 1_000;
const restartMs = 500;
/** The client library polls all the time; so long without a word from it and it is replaced. */
const silenceMs = 120_000;
/** How long a fetch waits for news; so long at most until a partition that was paused is fetched again. */
const fetchWaitMs = 200;
/**
 * Of one fetch. A partition's share must hold the largest event (1 MiB and its headers): a broker leaves out a larger
 * one as long as other partitions have something. The sum is small, as decoding must not keep the heartbeat waiting;
 * whoever has a long backlog is full after a fetch or two, and others have their turn while it is paused.
 */
const fetchBytes = { maxBytesPerPartition: 1_179_648, maxBytes: 2_097_152 };

/**
 * This process in a consumer group. The library fetches and keeps the membership alive while each partition's stretches
 * are taken beside it, however long that lasts: a partition whose consumer falls behind is paused, the others go on.
 *
 * Offsets are told once a second, when partitions move and at the end, only of partitions that are ours and of what was
 * taken, once, by the member that took it: the broker refuses those of a member it has given up. Told is the offset of
 * the last record taken instead of the next one, so that whoever takes over an idle partition has one record to read,
 * which says whether anything is missing.
 */
export class GroupMember implements FeedMembership {
  readonly #owned: OwnedPartitions;
  readonly #closing = new AbortController();
  readonly #loop: Promise<void>;
  #consumer: Consumer | null = null;
  #commit: ((offsets: Offsets) => Promise<void>) | null = null;
  #committing: Promise<void> | null = null;
  #memberId: string | null = null;
  #lastSign = performance.now();
  #closed: Promise<void> | null = null;

  constructor(
    private readonly options: MemberOptions,
    consumer: FeedConsumer,
  ) {
    const { settings, log, logger, groupId } = options;
    this.#owned = new OwnedPartitions(consumer, {
      log,
      partitions: settings.partitions,
      maxBatch: settings.maxBatch,
      maxWaitingBytes: settings.maxWaitingBytes,
      retryMs: [100, 2_000],
      onFull: (partition) => this.#ifRunning((consumer) => consumer.pause([this.#only(partition)])),
      onDrained: (partition) => this.#ifRunning((consumer) => consumer.resume([this.#only(partition)])),
      onRejected: (partition, error) =>
        logger.warn({ group: groupId, partition, err: error }, 'a stretch was not taken and comes again'),
      onCatchUp: (partition, after, upTo) =>
        logger.info({ group: groupId, partition, after, upTo }, 'reads from the log what the topic does not have'),
    });
    this.#loop = this.#run();
  }

  get partitions(): readonly number[] {
    return this.#owned.partitions;
  }

  lag(): Promise<number | null> {
    return this.options.lag();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { closeMs } = this.options.settings;
    await doneWithin(closeMs * 0.4, this.#owned.finish());
    await doneWithin(closeMs * 0.2, this.#tellLast());
    this.#closing.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const { logger, groupId } = this.options;
    while (!signal.aborted) {
      const client = new KafkaClient(this.options, endlessRetry);
      const consumer = this.#newConsumer(client);
      try {
        await Promise.race([this.#live(consumer), aborted(signal)]);
      } catch (error) {
        logger.warn({ group: groupId, err: error }, 'left the consumer group and joins it again');
      }
      this.#consumer = null;
      this.#commit = null;
      const left = Promise.all([this.#owned.close(), consumer.disconnect()]);
      // While the broker is away the library cannot leave; it is cut off instead.
      await doneWithin(this.options.settings.closeMs * 0.4, left);
      client.release();
      if (!signal.aborted) await pause(restartMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Rejects when the consumer has ended by itself. */
  async #live(consumer: Consumer): Promise<never> {
    const crashed = new Promise<never>((_, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    });
    crashed.catch(() => undefined);
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.#assigned(consumer, payload.memberId, payload.memberAssignment[this.options.topic] ?? []);
    });
    consumer.on(consumer.events.REBALANCING, () => void this.#tellOffsets());
    for (const sign of [consumer.events.FETCH, consumer.events.HEARTBEAT] as const) {
      consumer.on(sign, () => (this.#lastSign = performance.now()));
    }
    const { topic } = this.options;
    const life = new AbortController();
    const started = (async () => {
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      this.#consumer = consumer;
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => this.#arrived(payload),
      });
    })();
    try {
      await Promise.race([started, crashed]);
      this.#lastSign = performance.now();
      return await Promise.race([crashed, this.#tick(AbortSignal.any([life.signal, this.#closing.signal]))]);
    } finally {
      life.abort();
    }
  }

  /** Once a second; rejects when the library has fallen silent. */
  async #tick(signal: AbortSignal): Promise<never> {
    for (;;) {
      await pause(commitEveryMs, undefined, { signal, ref: false });
      void this.#tellOffsets();
      if (performance.now() - this.#lastSign > silenceMs) throw new Error('the consumer has fallen silent');
    }
  }

  #newConsumer(client: KafkaClient): Consumer {
    const { settings, groupId } = this.options;
    return client.kafka.consumer({
      groupId,
      sessionTimeout: settings.sessionTimeoutMs,
      rebalanceTimeout: Math.max(settings.sessionTimeoutMs, 10_000),
      heartbeatInterval: settings.heartbeatMs,
      maxWaitTimeInMs: fetchWaitMs,
      ...fetchBytes,
      allowAutoTopicCreation: false,
      // Endless: a member that gives up and comes back waits until its old self has timed out.
      retry: { ...endlessRetry, restartOnFailure: () => Promise.resolve(false) },
    });
  }

  #assigned(consumer: Consumer, memberId: string, partitions: readonly number[]): void {
    if (consumer !== this.#consumer || this.#closing.signal.aborted) return;
    // A new member: the old one was given up, and others had its partitions since.
    if (memberId !== this.#memberId) this.#owned.assign([]);
    this.#memberId = memberId;
    const before = new Set(this.#owned.partitions);
    // A pause outlives the assignment in which it was made.
    const fresh = partitions.filter((partition) => !before.has(partition));
    if (fresh.length > 0) consumer.resume([{ topic: this.options.topic, partitions: fresh }]);
    this.#owned.assign(partitions);
    this.options.logger.info({ group: this.options.groupId, partitions }, 'has partitions of the feed');
  }

  async #arrived(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    this.#commit = (offsets) => payload.commitOffsetsIfNecessary(offsets);
    const placed: PlacedRecord[] = [];
    for (const message of batch.messages) {
      const record = decodeRecord(message);
      if (record !== null) placed.push({ offset: Number(message.offset), record });
    }
    const foreign = batch.messages.length - placed.length;
    if (foreign > 0) {
      const { topic, partition } = batch;
      this.options.logger.warn({ topic, partition, records: foreign }, 'left out records that are not of the relay');
    }
    const last = batch.lastOffset();
    if (this.#owned.offer(batch.partition, placed, Number(last), Number(batch.highWatermark))) {
      payload.resolveOffset(last);
    }
  }

  /** One try, without repeating: a late repetition could speak for partitions that have moved on. */
  #tellOffsets(): Promise<void> {
    const offsets = this.#owned.untold();
    if (this.#committing !== null || offsets.size === 0) return this.#committing ?? Promise.resolve();
    this.#committing = this.#tell(offsets).finally(() => (this.#committing = null));
    return this.#committing;
  }

  async #tellLast(): Promise<void> {
    await this.#committing;
    await this.#tellOffsets();
  }

  async #tell(offsets: ReadonlyMap<number, number>): Promise<void> {
    const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset: String(offset) }));
    try {
      await this.#commit?.({ topics: [{ topic: this.options.topic, partitions }] });
      this.#owned.told(offsets);
    } catch (error) {
      // The group finds itself anew, or the broker is away: what was not told comes once more.
      this.options.logger.debug({ group: this.options.groupId, err: error }, 'offsets were not told');
    }
  }

  /** The library refuses while it is being stopped; then nothing is fetched anyway. */
  #ifRunning(act: (consumer: Consumer) => void): void {
    try {
      if (this.#consumer !== null) act(this.#consumer);
    } catch (error) {
      this.options.logger.debug({ group: this.options.groupId, err: error }, 'the consumer is not running');
    }
  }

  #only(partition: number): { topic: string; partitions: number[] } {
    return { topic: this.options.topic, partitions: [partition] };
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
