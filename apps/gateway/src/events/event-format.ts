import type { RecordedEvent } from '@parley/events';
import { redactedData } from './redact.js';

/** One way to write events down one after the other. */
export interface EventFormat {
  readonly mediaType: string;
  /** Sent before the first event. */
  readonly opening: string;
  event(recorded: RecordedEvent, withContent: boolean): string;
  /** Sent when nothing else was for a while, so that a dead connection shows. */
  readonly heartbeat: string;
}

/** One JSON object a line; an empty line is the heartbeat. */
export const ndjson: EventFormat = {
  mediaType: 'application/x-ndjson; charset=utf-8',
  opening: '',
  event: (recorded, withContent) => `${eventJson(recorded, withContent)}\n`,
  heartbeat: '\n',
};

const reconnectAfterMs = 2_000;

/** Server-sent events: `id` is the position, so that a browser resumes by itself. */
export const serverSentEvents: EventFormat = {
  mediaType: 'text/event-stream; charset=utf-8',
  opening: `retry: ${reconnectAfterMs}\n\n`,
  event: (recorded, withContent) =>
    `id: ${recorded.position}\nevent: ${recorded.type}\ndata: ${eventJson(recorded, withContent)}\n\n`,
  heartbeat: ': still here\n\n',
};

/** An `eventView`: data and metadata are passed on as stored, unopened unless something must be left out. */
function eventJson(recorded: RecordedEvent, withContent: boolean): string {
  const { position, eventId, stream, revision, type, time, data, metadata } = recorded;
  const facts = `"position":"${position}","eventId":"${eventId}","stream":${JSON.stringify(stream)},"revision":${revision},"type":${JSON.stringify(type)},"time":"${new Date(time).toISOString()}"`;
  return withContent
    ? `{${facts},"data":${data},"metadata":${metadata}}`
    : `{${facts},"data":${redactedData(recorded)},"metadata":${metadata},"redacted":true}`;
}
