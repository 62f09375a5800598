import { Inject, Injectable } from '@nestjs/common';
import {
  EVENT_LOG_READER,
  EVENT_LOG_WRITER,
  LOGGER,
  type Logger,
  METRICS,
  type Metrics,
  SNAPSHOTS,
} from '@parley/platform';
import type { EventLogReader, EventLogWriter, SnapshotStore } from '@parley/ports';
import type { OwnerServices } from './stream-owner.js';

/** The event log as the owners of this process use it, with their metrics and their log. */
@Injectable()
export class LogServices implements OwnerServices {
  readonly #batchSize;

  constructor(
    @Inject(EVENT_LOG_READER) readonly reader: EventLogReader,
    @Inject(EVENT_LOG_WRITER) readonly writer: EventLogWriter,
    @Inject(SNAPSHOTS) readonly snapshots: SnapshotStore,
    @Inject(METRICS) readonly metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#batchSize = metrics.histogram(
      'parley_append_events',
      'Events that left in one append',
      [],
      [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
    );
  }

  readonly onAppend = (events: number): void => this.#batchSize.observe(events);

  readonly onError = (error: unknown, stream: string): void => {
    this.logger.error({ err: error, stream }, 'a command failed in a way that was not foreseen');
  };
}
