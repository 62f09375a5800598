import type { RecordedEvent } from '@parley/events';
import type { LogStretch } from '@parley/ports';
import { partitionOfStream } from './partition-of.js';

/**
 * What one record of a partition says of the log: of this partition's events above `after` up to `position` there is
 * exactly this one, or none. True for ever, whoever wrote it and whatever is around it in the topic, so a reader that has
 * everything up to `after` may go on to `position`, and one that has not knows what it lacks.
 */
export interface TopicRecord {
  readonly after: number;
  readonly position: number;
  /** The event at `position`; null: a marker. */
  readonly event: RecordedEvent | null;
}

/** What a stretch of the log puts into each partition: its events, then a marker unless the last event says it all. */
export function recordsOf(stretch: LogStretch, partitions: number): readonly (readonly TopicRecord[])[] {
  const reached = Array.from({ length: partitions }, () => stretch.after);
  const records = Array.from({ length: partitions }, (): TopicRecord[] => []);
  for (const event of stretch.events) {
    const partition = partitionOfStream(event.stream, partitions);
    records[partition]?.push({ after: reached[partition] ?? stretch.after, position: event.position, event });
    reached[partition] = event.position;
  }
  for (const [partition, own] of records.entries()) {
    const after = reached[partition] ?? stretch.after;
    if (own.length === 0 || after < stretch.checkpoint) own.push({ after, position: stretch.checkpoint, event: null });
  }
  return records;
}

const constantBytes = 600;

/** What a record takes in memory and on the wire, about. */
export const bytesOf = ({ event }: TopicRecord): number =>
  event === null ? constantBytes : event.data.length + event.metadata.length + constantBytes;
