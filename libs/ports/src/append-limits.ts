import type { AppendRequest } from './event-log.js';

export const appendLimits = {
  events: 512,
  /** UTF-8 bytes of data and metadata of all events of one append. */
  bytes: 1_048_576,
  /** UTF-16 units. */
  streamName: 255,
  typeName: 255,
} as const;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * @returns an upper bound of the append's size in bytes, for the queue's limit.
 * @throws RangeError that names what is wrong: such an append can never succeed, unlike one that finds the log away.
 */
export function checkAppend({ stream, expected, events }: AppendRequest): number {
  if (stream.length === 0 || stream.length > appendLimits.streamName) {
    throw new RangeError(`a stream's name has 1 to ${appendLimits.streamName} characters, not ${stream.length}`);
  }
  if (typeof expected === 'number' && !(Number.isSafeInteger(expected) && expected >= 0)) {
    throw new RangeError(`an expected revision is an integer of at least 0, not ${expected}`);
  }
  if (events.length === 0 || events.length > appendLimits.events) {
    throw new RangeError(`an append has 1 to ${appendLimits.events} events, not ${events.length}`);
  }
  let units = 0;
  for (const event of events) {
    if (!uuid.test(event.eventId)) throw new RangeError(`an event id is a UUID in lower case, not ${event.eventId}`);
    if (event.type.length === 0 || event.type.length > appendLimits.typeName) {
      throw new RangeError(`an event type has 1 to ${appendLimits.typeName} characters, not ${event.type.length}`);
    }
    if (!Number.isSafeInteger(event.time)) throw new RangeError(`time is in whole milliseconds, not ${event.time}`);
    units += event.data.length + event.metadata.length;
  }
  if (events.length > 1 && new Set(events.map((event) => event.eventId)).size !== events.length) {
    throw new RangeError('the same event id twice in one append');
  }
  // A UTF-16 unit takes at most three bytes in UTF-8: most appends need no exact count.
  if (units * 3 <= appendLimits.bytes) return units * 3;
  const bytes = events.reduce((sum, e) => sum + Buffer.byteLength(e.data) + Buffer.byteLength(e.metadata), 0);
  if (bytes > appendLimits.bytes) {
    throw new RangeError(`an append has at most ${appendLimits.bytes} bytes of data and metadata, not ${bytes}`);
  }
  return bytes;
}
