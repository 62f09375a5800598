import type { NewEvent } from '@parley/events';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toEventData, toRecordedEvent, type StoredEvent } from './coding.js';
import { numberOf, UnusablePosition } from './positions.js';

const event = (parts: Partial<NewEvent> = {}): NewEvent => ({
  eventId: '0199a000-0000-8000-8000-000000000001',
  type: 'Happened.v1',
  data: '{"n":1}',
  metadata: '{"actorId":"usr_a"}',
  time: 1_700_000_000_123,
  ...parts,
});

const throughJson = (value: unknown): unknown => JSON.parse(Buffer.from(JSON.stringify(value)).toString()) as unknown;

/** What the client makes of what the client was given, as its append and its reading do it. */
function stored(given: NewEvent): StoredEvent {
  const { id, type, contentType, data, metadata } = toEventData(given);
  const isJson = contentType === 'application/json';
  return {
    id,
    type,
    isJson,
    data: isJson ? throughJson(data) : data,
    metadata: throughJson(metadata),
    streamId: 's-1',
    revision: 4n,
    created: new Date(5),
    position: { commit: 900n, prepare: 900n },
  } as StoredEvent;
}

describe('an event on its way to EventStoreDB and back', () => {
  it('is JSON there, under an id of its own, and the same here', () => {
    const data = toEventData(event());
    expect(data).toMatchObject({ contentType: 'application/json', data: { n: 1 }, metadata: { actorId: 'usr_a' } });
    expect(data.id).not.toBe(event().eventId);
    expect(data.id).not.toBe(toEventData(event()).id);
    expect(toRecordedEvent(stored(event()))).toEqual({ ...event(), stream: 's-1', revision: 4, position: 900 });
  });

  it('keeps any text of data and metadata to the letter', () => {
    const text = fc.oneof(
      fc.json(),
      fc.json().map((json) => ` ${json} `),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        '{"2":1,"1":2}',
        '{"a":1,"a":2}',
        '1e5',
        '-0',
        '{"parley":1}',
        '{"__proto__":{"x":1}}',
        '',
        'null',
      ),
    );
    fc.assert(
      fc.property(text, text, (data, metadata) => {
        const given = event({ data, metadata });
        expect(toRecordedEvent(stored(given))).toMatchObject(given);
      }),
    );
  });

  it('is read where somebody else wrote it', () => {
    const foreign = { ...stored(event()), metadata: undefined };
    expect(toRecordedEvent(foreign)).toMatchObject({ eventId: foreign.id, time: 5, metadata: '{}' });
    expect(toRecordedEvent({ ...foreign, metadata: { parley: 'x' } })).toMatchObject({ metadata: '{"parley":"x"}' });
    expect(toRecordedEvent({ ...foreign, metadata: Buffer.from('hm') })).toMatchObject({ metadata: 'hm' });
  });
});

const of = (commit: bigint, prepare: bigint): number => numberOf({ commit, prepare }, () => 'event e of s');

describe('a position', () => {
  it('is one integer, or refused by name', () => {
    expect(of(12n, 12n)).toBe(12);
    expect(() => of(12n, 11n)).toThrow(/event e of s was written by a transaction/);
    expect(() => of(18_446_744_073_709_551_615n, 18_446_744_073_709_551_615n)).toThrow(UnusablePosition);
    expect(() => numberOf(undefined, () => 'event e')).toThrow(/22\.10/);
  });
});
