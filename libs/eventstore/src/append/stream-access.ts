import type { NewEvent, RecordedEvent } from '@parley/events';
import type { Deadline } from '../client/deadline.js';

/** Answer of the server to one attempt. */
export type Sent =
  | { readonly outcome: 'written'; readonly revision: number; readonly position: number | null }
  /** Nothing was written. */
  | { readonly outcome: 'elsewhere'; readonly actual: number | 'none' };

/** What the writer needs of EventStoreDB: streams as they are at the leader. */
export interface StreamAccess {
  /**
   * Writes only if the stream is exactly there.
   * @throws EventLogUnavailable when the fate is unknown, or when it cannot be taken
   * @throws RangeError when it can never be taken
   */
  send(stream: string, expected: number | 'none', events: readonly NewEvent[], deadline: Deadline): Promise<Sent>;
  /** In stream order from a revision on, at most `limit`. @throws EventLogUnavailable */
  readOn(stream: string, from: number, limit: number, deadline: Deadline): Promise<readonly RecordedEvent[]>;
  /** In stream order the last `limit` events up to and with a revision, or up to the end. @throws EventLogUnavailable */
  readBack(stream: string, upTo: number | 'end', limit: number, deadline: Deadline): Promise<readonly RecordedEvent[]>;
}
