import type { RecordedEvent } from '@parley/events';
import { traceparentOf } from '@parley/platform/tracing';
import type { DeadLetter } from '@parley/ports';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import { keyOf } from './partition-of.js';
import type { TopicRecord } from './topic-records.js';

/**
 * Records as CloudEvents 1.0 in the binary mode of their Kafka binding: the event's attributes are headers, the value is
 * its data as stored, unopened. Beside the standard ones: `ce_position`, `ce_revision`, `ce_after` (see TopicRecord),
 * `ce_metadata` as stored, and `ce_traceparent` out of it. A marker has a type of its own and no value.
 */
const source = '/parley/log';
const markerType = 'parley.marker.v1';

export function encodeRecord({ after, position, event }: TopicRecord, partition: number): Message {
  const place = { ce_position: String(position), ce_after: String(after) };
  if (event === null) {
    const ce_id = `marker-${partition}-${after}-${position}`;
    const headers = { ce_specversion: '1.0', ce_source: source, ce_id, ce_type: markerType, ...place };
    return { key: null, value: null, partition, headers };
  }
  return { key: keyOf(event.stream), value: event.data, partition, headers: { ...eventHeaders(event), ...place } };
}

/** An event that could not be dealt with: as in the feed, and by whom and why. */
export const encodeDeadLetter = ({ event, projection, partition, reason }: DeadLetter): Message => ({
  key: keyOf(event.stream),
  value: event.data,
  headers: {
    ...eventHeaders(event),
    ce_position: String(event.position),
    ce_projection: projection,
    ce_partition: String(partition),
    ce_reason: reason,
  },
});

function eventHeaders(event: RecordedEvent): IHeaders {
  const traceparent = traceparentOf(event);
  return {
    ce_specversion: '1.0',
    ce_id: event.eventId,
    ce_source: source,
    ce_type: event.type,
    ce_time: timeText(event.time),
    ce_subject: event.stream,
    ce_revision: String(event.revision),
    ce_metadata: event.metadata,
    ...(traceparent === undefined ? {} : { ce_traceparent: traceparent }),
    'content-type': 'application/json',
  };
}

/** null: no record of ours. What it may have said is found missing by the next one. */
export function decodeRecord(message: Pick<KafkaMessage, 'headers' | 'value'>): TopicRecord | null {
  const headers = message.headers ?? {};
  const position = numberOf(headers['ce_position']);
  const after = numberOf(headers['ce_after']);
  if (position === null || after === null || after > position) return null;
  if (textOf(headers['ce_type']) === markerType) return { after, position, event: null };
  const event = decodeEventOf(headers, message.value, position);
  return event === null || after === position ? null : { after, position, event };
}

function decodeEventOf(headers: IHeaders, value: Buffer | null, position: number): RecordedEvent | null {
  const eventId = textOf(headers['ce_id']);
  const type = textOf(headers['ce_type']);
  const stream = textOf(headers['ce_subject']);
  const metadata = textOf(headers['ce_metadata']);
  const revision = numberOf(headers['ce_revision']);
  const time = Date.parse(textOf(headers['ce_time']) ?? '');
  if (eventId === null || type === null || stream === null || metadata === null) return null;
  if (revision === null || Number.isNaN(time) || value === null) return null;
  return { eventId, type, data: value.toString(), metadata, time, stream, revision, position };
}

function textOf(header: IHeaders[string]): string | null {
  if (header === undefined || Array.isArray(header)) return null;
  return header.toString();
}

function numberOf(header: IHeaders[string]): number | null {
  const text = textOf(header);
  if (text === null || !/^\d+$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

const mostTime = 8.64e15;

/** RFC 3339 UTC with milliseconds. A time that no calendar knows orders nothing and is told as 1970. */
const timeText = (time: number): string => new Date(Math.abs(time) <= mostTime ? time : 0).toISOString();
