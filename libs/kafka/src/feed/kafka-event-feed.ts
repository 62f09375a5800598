import type { EventFeed, EventLogReader, FeedConsumer, FeedMembership } from '@parley/ports';
import type { KafkaSettings } from '../options.js';
import type { ClientSettings } from '../client/kafka-client.js';
import { partitionOfStream } from '../topic/partition-of.js';
import { GroupMember } from './group-member.js';

export interface FeedOptions extends ClientSettings {
  readonly settings: KafkaSettings;
  readonly topic: string;
  /** Where that is read from what the topic does not have (any more). */
  readonly log: Pick<EventLogReader, 'subscribe'>;
  readonly lagOf: (groupId: string) => Promise<number | null>;
}

/** The feed by Kafka's consumer groups: one topic, one member a group and process. */
export class KafkaEventFeed implements EventFeed {
  constructor(private readonly options: FeedOptions) {}

  get partitions(): number {
    return this.options.settings.partitions;
  }

  partitionOf(stream: string): number {
    return partitionOfStream(stream, this.partitions);
  }

  join(group: string, consumer: FeedConsumer): FeedMembership {
    const groupId = `${this.options.settings.prefix}${group}`;
    return new GroupMember({ ...this.options, groupId, lag: () => this.options.lagOf(groupId) }, consumer);
  }
}
