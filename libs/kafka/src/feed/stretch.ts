import type { RecordedEvent } from '@parley/events';
import type { TopicRecord } from '../topic/topic-records.js';

/** A record where it lies in its partition. */
export interface PlacedRecord {
  readonly offset: number;
  readonly record: TopicRecord;
}

export interface Stretch {
  readonly events: readonly RecordedEvent[];
  /** Every event of the partition up to here is in the stretch or before it. */
  readonly checkpoint: number;
  /** So many of the waiting records are dealt with by it. */
  readonly used: number;
  /** Of the last of them. */
  readonly offset: number | null;
  /** The record behind the stretch says nothing about what comes before this position: it must come from the log. */
  readonly missingUpTo: number | null;
}

/**
 * The next stretch out of what waits, for a reader that has everything up to `seen`.
 *
 * A record at or below what is seen is dropped. One whose `after` is not above it continues it: of the events in between
 * there is none but its own. So it does not matter who wrote the records, how often, or in which order several relays'
 * records lie among each other; a hole never passes unnoticed, whatever made it.
 */
export function nextStretch(waiting: Iterable<PlacedRecord>, seen: number, maxEvents: number): Stretch {
  const events: RecordedEvent[] = [];
  let checkpoint = seen;
  let used = 0;
  let offset: number | null = null;
  let missingUpTo: number | null = null;
  for (const { record, offset: place } of waiting) {
    if (record.position > checkpoint) {
      if (record.after > checkpoint) {
        missingUpTo = record.after;
        break;
      }
      if (record.event !== null) {
        if (events.length === maxEvents) break;
        events.push(record.event);
      }
      checkpoint = record.position;
    }
    used++;
    offset = place;
  }
  return { events, checkpoint, used, offset, missingUpTo };
}
