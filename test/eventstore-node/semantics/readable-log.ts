import type { EventIndex } from '../store/event-index.js';
import type { StoredEvent } from '../store/record.js';

/** What reading needs of the log. */
export interface ReadableLog {
  readonly index: EventIndex;
  /** Position behind everything that is durable. */
  readonly end: number;
  /** ms since 1970 UTC. */
  readonly now: () => number;
  read(ordinal: number): StoredEvent;
}
