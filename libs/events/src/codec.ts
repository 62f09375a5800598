import type { DecodedEvent, EventMetadata, NewEvent, RecordedEvent } from './envelope.js';
import type { ParleyEvent } from './parley-event.js';
import { currentTypes, upcast } from './upcasters.js';

/** What a new event needs besides its facts; all of it comes in as input (ids, time). */
export interface EncodeInput {
  readonly eventId: string;
  readonly time: number;
  readonly metadata: EventMetadata;
}

/** The only place where events become bytes: sealing personal content changes this file and no other. */
export function encodeEvent(event: ParleyEvent, input: EncodeInput): NewEvent {
  return {
    eventId: input.eventId,
    type: event.type,
    data: JSON.stringify(event.data),
    metadata: JSON.stringify(input.metadata),
    time: input.time,
  };
}

/** Why an event could not be read. Projections park such an event and report it; they never skip it silently. */
export class UndecodableEvent extends Error {
  override readonly name = 'UndecodableEvent';
  readonly recorded: RecordedEvent;
  readonly reason: 'unknown-type' | 'malformed';

  constructor(recorded: RecordedEvent, reason: 'unknown-type' | 'malformed', cause?: unknown) {
    super(`event ${recorded.eventId} (${recorded.type}) at position ${recorded.position}: ${reason}`, { cause });
    this.recorded = recorded;
    this.reason = reason;
  }
}

/**
 * The event in its newest version.
 * @throws UndecodableEvent for a type or version this build does not know, or data that is not the type's JSON.
 */
export function decodeEvent(recorded: RecordedEvent): DecodedEvent<ParleyEvent> {
  try {
    const data = parseObject(recorded.data);
    const newest = currentTypes.has(recorded.type) ? { type: recorded.type, data } : upcast(recorded.type, data);
    if (newest !== null) return { event: newest as ParleyEvent, recorded };
  } catch (error) {
    throw new UndecodableEvent(recorded, 'malformed', error);
  }
  throw new UndecodableEvent(recorded, 'unknown-type');
}

/**
 * Who and why. Apart from the event, because projections do without it.
 * @throws UndecodableEvent when it is no JSON object
 */
export function decodeMetadata(recorded: RecordedEvent): EventMetadata {
  try {
    return parseObject(recorded.metadata) as unknown as EventMetadata;
  } catch (error) {
    throw new UndecodableEvent(recorded, 'malformed', error);
  }
}

function parseObject(json: string): Record<string, unknown> {
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not a JSON object');
  return value as Record<string, unknown>;
}
