import type { NewEvent, RecordedEvent } from '@parley/events';

/** What the stream's last revision must be: an exact number, no stream yet, or whatever it is. */
export type ExpectedRevision = number | 'none' | 'any';

export interface AppendRequest {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  /** 1 to 512 events, at most 1 MiB together. */
  readonly events: readonly NewEvent[];
}

/** Where an event stands. */
export interface EventPlace {
  readonly eventId: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
}

export type AppendResult =
  /** Durable. `position` is that of the last event; `repeated`: all of it was there already, in this order. */
  | { readonly outcome: 'appended'; readonly revision: number; readonly position: number; readonly repeated: boolean }
  /** Nothing was written: the stream is at `actual`. */
  | { readonly outcome: 'conflict'; readonly actual: number | 'none' }
  /** Nothing was written: these event ids are in the log already (and the append as a whole is no plain repetition). */
  | { readonly outcome: 'duplicate'; readonly places: readonly EventPlace[] };

/** Event log out of reach, or an append whose fate is unknown. Repeating with the same event ids is always safe. */
export class EventLogUnavailable extends Error {
  override readonly name = 'EventLogUnavailable';
}

export interface EventLogWriter {
  /**
   * Atomic: all events or none. Durable before it resolves. One stream's events get consecutive revisions; positions
   * rise in the order of commits. Idempotent by event id for ever, on every adapter, whatever `expected` says: an
   * append whose ids are all present in the same stream in the same order answers `appended` with `repeated`.
   * Appends made in one tick of the event loop travel and commit together.
   * @throws EventLogUnavailable
   */
  append(request: AppendRequest): Promise<AppendResult>;
}

export type ReadDirection = 'forwards' | 'backwards';

export interface ReadStreamOptions {
  readonly direction?: ReadDirection;
  /** First revision to read, inclusive. Default: the start (forwards) or the end (backwards). */
  readonly from?: number;
  /** 1 to 4,096. Default 512. */
  readonly limit?: number;
}

/** Both given: an event must pass both. An empty list lets nothing pass. */
export interface EventFilter {
  readonly streamPrefixes?: readonly string[];
  readonly types?: readonly string[];
}

export interface ReadAllOptions {
  readonly direction?: ReadDirection;
  /** Exclusive: forwards events above it, backwards events below it. Default: everything. */
  readonly after?: number;
  /** Instead of `after`, inclusive (forwards only): an event's position. Computing the one before it is not possible. */
  readonly from?: number;
  /** Upper bound of what is returned, inclusive (forwards only). */
  readonly upTo?: number;
  readonly filter?: EventFilter;
  /** 1 to 4,096 events returned. Default 512. */
  readonly limit?: number;
}

export interface AllPage {
  readonly events: readonly RecordedEvent[];
  /** Everything up to here (or down to here) was considered, whether the filter let it pass or not: read on after it. */
  readonly considered: number;
  /** Nothing more was in the log at the time of reading. */
  readonly atEnd: boolean;
}

export interface LogInfo {
  /** null where the log cannot count them: nothing but positions measures it then. */
  readonly events: number | null;
  /** 0 when empty. */
  readonly lastPosition: number;
  /** Time of the last event, ms since 1970 UTC; null when empty or not known. */
  readonly lastTime: number | null;
}

export interface StreamInfo {
  readonly events: number;
  readonly lastRevision: number;
  readonly lastPosition: number;
  readonly lastTime: number;
}

export interface EventLogReader {
  /** In revision order. Empty when the stream does not exist or nothing is there. */
  readStream(stream: string, options?: ReadStreamOptions): Promise<readonly RecordedEvent[]>;
  /** In position order. Never skips a lower position that commits later than a higher one. */
  readAll(options?: ReadAllOptions): Promise<AllPage>;
  /**
   * The event with this id if it stands in this stream: exact for all that was written before the call, whoever wrote
   * it; null where it stands nowhere or in another stream. An id of version 7 was made for one append and names nothing
   * afterwards: logs may know it for a while only. @throws EventLogUnavailable
   */
  findEvent(eventId: string, stream: string): Promise<RecordedEvent | null>;
  streamInfo(stream: string): Promise<StreamInfo | null>;
  /**
   * As of the call: what was acknowledged before it lies at or below `lastPosition`; of a log on several nodes, as far
   * as the one that answers knows. Subscriptions reach that position though nobody appends. @throws EventLogUnavailable
   */
  info(): Promise<LogInfo>;
  /**
   * Everything after a position, from past to live without gap or repeat, in position order, until closed. The
   * consumer pulls: nothing is read ahead beyond one batch, so a slow consumer costs no memory. Survives breaks of the
   * connection by itself from where it was.
   */
  subscribe(options: SubscribeOptions): EventSubscription;
}

export interface SubscribeOptions {
  /** Exclusive; 0: from the start. */
  readonly after: number;
  readonly filter?: EventFilter;
  /** Largest batch, 1 to 4,096 events. Default 1,024. */
  readonly maxBatch?: number;
}

export interface EventBatch {
  /** May be empty: then only the checkpoint moved on, or the end was reached. */
  readonly events: readonly RecordedEvent[];
  /** Save this with what the events caused; subscribing after it continues without gap or repeat. */
  readonly checkpoint: number;
  /** The subscription has reached the end of the log as it was at the read. */
  readonly live: boolean;
}

export interface EventSubscription extends AsyncIterable<EventBatch> {
  /** Ends the iteration; safe to call twice. */
  close(): void;
}

export interface SnapshotStore {
  /** The newest snapshot of this stream with this version, or null. */
  load(stream: string, version: number): Promise<{ readonly revision: number; readonly state: string } | null>;
  /** Best effort: a lost snapshot costs time, never correctness. An older revision never replaces a newer one. */
  save(stream: string, version: number, revision: number, state: string): void;
}
