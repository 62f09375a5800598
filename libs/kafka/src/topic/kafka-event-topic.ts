import type { EventTopic, LogStretch } from '@parley/ports';
import type { Admin, Message } from 'kafkajs';
import type { ClientSettings } from '../client/kafka-client.js';
import { TopicProducer } from '../client/topic-producer.js';
import type { KafkaSettings } from '../options.js';
import { readMarkers } from './read-markers.js';
import { encodeRecord } from './record-headers.js';
import { bytesOf, recordsOf, type TopicRecord } from './topic-records.js';

/** Of one partition in one request, unless a single event is larger: well below what topics and fetches take. */
const maxBytes = 262_144;

export interface TopicOptions extends ClientSettings {
  readonly settings: KafkaSettings;
  readonly topic: string;
  readonly withAdmin: <T>(work: (admin: Admin) => Promise<T>) => Promise<T>;
}

export class KafkaEventTopic implements EventTopic {
  readonly #producer: TopicProducer;

  constructor(private readonly options: TopicOptions) {
    this.#producer = new TopicProducer(options, options.settings.compression);
  }

  get partitions(): number {
    return this.options.settings.partitions;
  }

  async publish(stretch: LogStretch): Promise<void> {
    const rounds = roundsOf(recordsOf(stretch, this.partitions), maxBytes);
    for (const { messages, bytes } of rounds) await this.#producer.send(this.options.topic, messages, bytes);
  }

  readMarkers(): Promise<readonly (number | null)[]> {
    return this.options.withAdmin((admin) => readMarkers(admin, this.options.topic, this.options));
  }

  /** Bounded in time. */
  close(): Promise<void> {
    return this.#producer.close();
  }
}

interface Round {
  readonly messages: Message[];
  bytes: number;
}

/** Cut so that no partition gets too much at a time; within a partition the order stays. */
export function roundsOf(records: readonly (readonly TopicRecord[])[], maxBytes: number): readonly Round[] {
  const rounds: Round[] = [];
  for (const [partition, own] of records.entries()) {
    let index = 0;
    let filled = 0;
    for (const record of own) {
      const bytes = bytesOf(record);
      if (filled > 0 && filled + bytes > maxBytes) {
        index++;
        filled = 0;
      }
      const round = (rounds[index] ??= { messages: [], bytes: 0 });
      round.messages.push(encodeRecord(record, partition));
      round.bytes += bytes;
      filled += bytes;
    }
  }
  return rounds;
}
