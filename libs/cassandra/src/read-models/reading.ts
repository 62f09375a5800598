import type { HistoryReader, InboxReader, MembershipReader, PeopleReader, WatermarkReader } from '@parley/ports';
import type { ServingGenerations } from '../checkpoints/index.js';
import type { CassandraClient } from '../client/index.js';
import { CassandraPeopleReader } from '../people/index.js';
import { CassandraHistoryReader } from './history/history-reader.js';
import { CassandraInboxReader } from './inbox/inbox-reader.js';
import { CassandraMembershipReader } from './membership/membership-reader.js';
import { CassandraWatermarkReader } from './watermarks/watermark-reader.js';

export interface ReadModelsOptions {
  readonly client: CassandraClient;
  readonly generations: ServingGenerations;
  /** Everything up to here is in the rows of all partitions; only rises. */
  readonly safePosition: () => number;
  /** Of the feed. */
  readonly partitions: number;
  /** ms since 1970 UTC. */
  readonly now: () => number;
}

/** All read models but message search. Each fails with ReadModelUnavailable while the engine or its rows are away. */
export interface CassandraReadModels {
  readonly history: HistoryReader;
  readonly inbox: InboxReader;
  readonly membership: MembershipReader;
  readonly watermarks: WatermarkReader;
  readonly people: PeopleReader;
}

export function cassandraReadModels(options: ReadModelsOptions): CassandraReadModels {
  const people = new CassandraPeopleReader(options.client, options.generations);
  return {
    history: new CassandraHistoryReader(options),
    inbox: new CassandraInboxReader({ ...options, people }),
    membership: new CassandraMembershipReader(options),
    watermarks: new CassandraWatermarkReader(options),
    people,
  };
}
