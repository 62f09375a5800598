/**
 * One event as the log holds it. `data` and `metadata` are JSON texts made by the codec (codec.ts), the only place
 * where events become bytes; everything below the codec (log, feed, topics) carries them unopened.
 */
export interface NewEvent {
  /** UUID (RFC 9562). The log holds each id at most once, for ever: this is what makes a repeated append harmless. */
  readonly eventId: string;
  /** Stored name with version, such as `MessageSent.v1`. */
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
  /** Milliseconds since 1970 UTC by the deciding node's clock. For display only: it never decides order. */
  readonly time: number;
}

export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  /** Place in the stream, 0, 1, 2, … without gaps. */
  readonly revision: number;
  /**
   * Place in the whole log. Rises, with gaps: never compute last + 1. An integer below 2^53 inside the process
   * (a log of nine petabytes), a decimal string in every interface.
   */
  readonly position: number;
}

/** Who and why, beside the facts of the event. */
export interface EventMetadata {
  /** The user whose command decided the event; `system` where no person did. */
  readonly actorId: string;
  /** The same for everything that one request caused. */
  readonly correlationId?: string;
  /** The event or command that directly caused this one. */
  readonly causationId?: string;
  /** W3C Trace Context. */
  readonly traceparent?: string;
}

/** A recorded event with its data decoded and brought to the newest version of its type. */
export interface DecodedEvent<E> {
  readonly event: E;
  readonly recorded: RecordedEvent;
}
