import { describe, expect, it } from 'vitest';
import { derived, random } from '../testing/scene.js';
import { PackedIds } from './packed-ids.js';

const places = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => {
    const revision = from + i;
    const [made] = random(1);
    // As in a conversation: not every event has an id that can be said again.
    const eventId = revision % 3 === 0 ? made!.eventId : derived('m', String(revision)).eventId;
    return { eventId, stream: 's', revision, position: null };
  });

describe('packed ids', () => {
  it('know the revision of every id that can come again, whatever was added where', () => {
    const packed = new PackedIds();
    const all = places(0, 9_999);
    packed.addAfter(all.slice(4_000, 9_000));
    packed.addBefore(all.slice(3_999, 4_000));
    packed.addBefore(all.slice(0, 3_999));
    packed.addAfter(all.slice(9_000));
    for (const { eventId, revision } of all) {
      expect(packed.find(eventId)).toBe(revision % 3 === 0 ? undefined : revision);
    }
    for (let n = 0; n < 1_000; n++) expect(packed.find(derived('other', String(n)).eventId)).toBeUndefined();
    expect(packed.to).toBe(9_999);
    expect(packed.size).toBeLessThan(6_666 + 10 * 16);
  });

  it('forget whole stretches only, from below', () => {
    const packed = new PackedIds();
    packed.addAfter(places(0, 9));
    packed.addAfter(places(10, 19));
    expect(packed.forgetUpTo(8)).toBeNull();
    expect(packed.forgetUpTo(18)).toBe(9);
    expect(packed.find(derived('m', '8').eventId)).toBeUndefined();
    expect(packed.find(derived('m', '10').eventId)).toBe(10);
    expect(packed.forgetUpTo(19)).toBe(19);
    expect([packed.isEmpty, packed.size]).toEqual([true, 0]);
  });

  it('may have nothing but ids that nobody says again', () => {
    const packed = new PackedIds();
    packed.addAfter(random(3).map(({ eventId }, revision) => ({ eventId, stream: 's', revision, position: null })));
    expect(packed.find(derived('x').eventId)).toBeUndefined();
    expect([packed.isEmpty, packed.to]).toEqual([false, 2]);
  });
});
