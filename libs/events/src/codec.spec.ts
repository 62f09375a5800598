import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEvent, decodeMetadata, encodeEvent, UndecodableEvent } from './codec.js';
import type { NewEvent, RecordedEvent } from './envelope.js';
import type { ParleyEvent } from './parley-event.js';
import { upcast, type Upcaster } from './upcasters.js';

const record = (event: NewEvent): RecordedEvent => ({ ...event, stream: 'conversation-c1', revision: 3, position: 42 });
const stored = (type: string, data: string, metadata = '{"actorId":"u1"}') =>
  record({ eventId: 'e1', type, data, metadata, time: 7 });

/** Any code units: lone surrogates, NUL, line separators, non-characters. */
const oddText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\ud83d', '\ude00', '\0', '\u2028', '\ufeff', '\uffff', '"', '\\', 'e\u0301'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});

const anyEvent: fc.Arbitrary<ParleyEvent> = fc.oneof(
  oddText.map((text): ParleyEvent => {
    const content = { type: 'text.v1', text } as const;
    const data = { sequence: 1, messageId: 'm1', clientMessageId: text, senderId: 'u1', content, mentions: [text] };
    return { type: 'MessageSent.v1', data };
  }),
  oddText.map((title): ParleyEvent => ({ type: 'ConversationRenamed.v1', data: { title, renamedBy: 'u1' } })),
  fc.tuple(oddText, fc.integer({ min: 0 })).map(([deviceId, read]): ParleyEvent => {
    return { type: 'WatermarksAdvanced.v1', data: { advances: [{ userId: 'u1', deviceId, delivered: read, read }] } };
  }),
  fc.tuple(oddText, fc.option(fc.maxSafeInteger())).map(([conversationId, until]): ParleyEvent => {
    return { type: 'ConversationMuted.v1', data: { conversationId, until } };
  }),
);

describe('the codec', () => {
  it('gives back exactly what it was given, however odd the text', () => {
    fc.assert(
      fc.property(anyEvent, oddText, fc.nat(), (event, actorId, time) => {
        const encoded = encodeEvent(event, { eventId: 'e1', time, metadata: { actorId } });
        expect(encoded.data.isWellFormed()).toBe(true); // no engine's UTF-8 can spoil it
        const recorded = record(encoded);
        expect(decodeEvent(recorded)).toStrictEqual({ event, recorded });
        expect(decodeMetadata(recorded)).toStrictEqual({ actorId });
      }),
    );
  });
});

describe('what cannot be decoded', () => {
  it.each(['MessageSent.v2', 'MessageSent', 'PollOpened.v1', '__proto__', 'constructor', ''])(
    'is reported as unknown: %j',
    (type) => {
      const recorded = stored(type, '{}');
      expect(() => decodeEvent(recorded)).toThrow(UndecodableEvent);
      expect(() => decodeEvent(recorded)).toThrow(
        expect.objectContaining({ reason: 'unknown-type', recorded, name: 'UndecodableEvent' }),
      );
    },
  );
  it.each(['{', '', 'null', '[]', '7'])('is reported as malformed: %j', (json) => {
    const event = stored('MessageDeleted.v1', json);
    expect(() => decodeEvent(event)).toThrow(expect.objectContaining({ reason: 'malformed', recorded: event }));
    const metadata = stored('MessageDeleted.v1', '{}', json);
    expect(() => decodeMetadata(metadata)).toThrow(
      expect.objectContaining({ reason: 'malformed', recorded: metadata }),
    );
  });
  it('names the event and where it stands', () => {
    expect(() => decodeEvent(stored('MessageSent.v2', '{}'))).toThrow('event e1 (MessageSent.v2) at position 42');
  });
});

describe('upcasting', () => {
  const steps: readonly Upcaster[] = [
    { from: 'Old.v1', to: 'Old.v2', upcast: (data) => ({ ...(data as object), two: true }) },
    { from: 'Old.v2', to: 'MemberLeft.v1', upcast: (data) => ({ ...(data as object), three: true }) },
    { from: 'Lost.v1', to: 'Lost.v2', upcast: (data) => data },
  ];
  it('goes step by step to the current type', () => {
    const newest = { type: 'MemberLeft.v1', data: { one: true, two: true, three: true } };
    expect(upcast('Old.v1', { one: true }, steps)).toEqual(newest);
  });
  it('is null where the way does not end at a current type', () => {
    expect(upcast('Lost.v1', {}, steps)).toBeNull();
    expect(upcast('Old.v9', {}, steps)).toBeNull();
  });
});
