import { binaryEvent, jsonEvent, type EventData, type ResolvedEvent } from '@eventstore/db-client';
import type { NewEvent, RecordedEvent } from '@parley/events';
import { randomUUID } from 'node:crypto';
import { numberOf } from './positions.js';

export type StoredEvent = NonNullable<ResolvedEvent['event']>;

/** The one key of stored metadata that is not the event's own. */
interface Mark {
  readonly id: string;
  readonly time: number;
  /** The whole metadata, where it is no JSON object that can take this key in. */
  readonly metadata?: string;
}

/**
 * Stored as JSON wherever that gives the very same text back, so that EventStoreDB's own tools can read it.
 *
 * The id the server knows is new with every attempt; the event's own id is in the metadata. Given the event's own ids,
 * the server would answer an append at an exact revision with success when the same ids stand there already, though
 * somebody else wrote them a moment ago with other content: this way such an append is refused, and what is there is
 * found out and told.
 */
export function toEventData({ eventId, type, data, metadata, time }: NewEvent): EventData {
  const object = objectOf(metadata);
  const mark: Mark = { id: eventId, time, ...(object === null ? { metadata } : {}) };
  const common = { id: randomUUID(), type, metadata: { ...object, parley: mark } };
  const json = sameJson(data);
  if (json === undefined) return binaryEvent({ ...common, data: Buffer.from(data) });
  return jsonEvent({ ...common, data: json as Record<string, unknown> });
}

export function toRecordedEvent(event: StoredEvent): RecordedEvent {
  const position = numberOf(event.position, () => `event ${event.id} of ${event.streamId}`);
  const { mark, metadata } = unmarked(event.metadata);
  return {
    eventId: mark?.id ?? event.id,
    type: event.type,
    data: event.isJson ? JSON.stringify(event.data) : textOf(event.data),
    metadata,
    time: mark?.time ?? event.created.getTime(),
    stream: event.streamId,
    revision: Number(event.revision),
    position,
  };
}

/** One event of `$all`, or that there was one which is not ours to show. */
export interface AllEvent {
  readonly position: number;
  /** null: a system event. */
  readonly event: RecordedEvent | null;
}

/** null: a system event whose place cannot be told. @throws UnusablePosition of any other */
export function toAllEvent(stored: StoredEvent): AllEvent | null {
  if (!stored.streamId.startsWith('$')) {
    const event = toRecordedEvent(stored);
    return { position: event.position, event };
  }
  const { position } = stored;
  if (position === undefined || position.commit !== position.prepare) return null;
  return { position: numberOf(position, () => stored.streamId), event: null };
}

/** The value, if it is written back as the very same text; undefined otherwise. */
function sameJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

function objectOf(text: string): Record<string, unknown> | null {
  const value = sameJson(text);
  return isObject(value) && !Object.hasOwn(value, 'parley') ? value : null;
}

function unmarked(stored: unknown): { mark: Mark | null; metadata: string } {
  if (stored instanceof Uint8Array) return { mark: null, metadata: textOf(stored) };
  if (stored === undefined) return { mark: null, metadata: '{}' };
  const mark = isObject(stored) ? markOf(stored['parley']) : null;
  if (mark === null) return { mark, metadata: JSON.stringify(stored) };
  if (mark.metadata !== undefined) return { mark, metadata: mark.metadata };
  const { parley: _, ...own } = stored as Record<string, unknown>;
  return { mark, metadata: JSON.stringify(own) };
}

function markOf(value: unknown): Mark | null {
  if (!isObject(value)) return null;
  const { id, time } = value;
  return typeof id === 'string' && typeof time === 'number' ? (value as unknown as Mark) : null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
