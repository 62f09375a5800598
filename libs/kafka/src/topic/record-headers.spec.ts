import type { RecordedEvent } from '@parley/events';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecord, encodeRecord } from './record-headers.js';
import type { TopicRecord } from './topic-records.js';

/** As a broker gives it back. */
function returned(record: TopicRecord) {
  const { headers = {}, value } = encodeRecord(record, 0);
  return {
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text as string)])),
    value: value === null ? null : Buffer.from(value),
  };
}

const wellFormed = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed());

const anyEvent: fc.Arbitrary<RecordedEvent> = fc.record({
  eventId: fc.uuid(),
  type: fc.constant('MessageSent.v1'),
  data: wellFormed.map((text) => JSON.stringify({ text })),
  metadata: wellFormed.map((actorId) => JSON.stringify({ actorId })),
  time: fc.integer({ min: 0, max: 8.64e15 }),
  stream: fc.constant('conversation-cnv_1'),
  revision: fc.nat(),
  position: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
});

describe('a record', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const record = { after: event.position - 1, position: event.position, event };
        expect(decodeRecord(returned(record))).toEqual(record);
      }),
    );
    const marker = { after: 7, position: 9, event: null };
    expect(decodeRecord(returned(marker))).toEqual(marker);
  });

  it('is a CloudEvent in binary mode', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const metadata = JSON.stringify({ actorId: 'usr_a', traceparent });
    const event: RecordedEvent = {
      eventId: 'e-1',
      type: 'MessageSent.v1',
      data: '{"sequence":1}',
      metadata,
      time: 1_700_000_000_123,
      stream: 'receipts-cnv_1',
      revision: 4,
      position: 12,
    };
    expect(encodeRecord({ after: 8, position: 12, event }, 3)).toEqual({
      key: 'cnv_1',
      value: '{"sequence":1}',
      partition: 3,
      headers: {
        ce_specversion: '1.0',
        ce_id: 'e-1',
        ce_source: '/parley/log',
        ce_type: 'MessageSent.v1',
        ce_time: '2023-11-14T22:13:20.123Z',
        ce_subject: 'receipts-cnv_1',
        ce_position: '12',
        ce_after: '8',
        ce_revision: '4',
        ce_metadata: metadata,
        ce_traceparent: traceparent,
        'content-type': 'application/json',
      },
    });
  });

  it.each([
    ['without headers', {}],
    ['with a position that is no number', { ce_position: Buffer.from('1e3'), ce_after: Buffer.from('1') }],
    ['that goes backwards', { ce_position: Buffer.from('1'), ce_after: Buffer.from('2') }],
    ['without an event', { ce_position: Buffer.from('2'), ce_after: Buffer.from('1'), ce_type: Buffer.from('x') }],
  ])('of somebody else is none: %s', (_, headers) => {
    expect(decodeRecord({ headers, value: null })).toBeNull();
  });
});
