import { describe, expect, it } from 'vitest';
import { RecentPlaces } from './recent-places.js';

const place = (stream: string, revision: number) => ({
  eventId: `${stream}@${revision}`,
  stream,
  revision,
  position: revision * 10,
});
const places = (stream: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => place(stream, from + i));

describe('recent places', () => {
  it('know a stretch of a stream that grows at both ends', () => {
    const recent = new RecentPlaces({ perStream: 100, total: 100 });
    const tail = recent.begin('s', 4);
    recent.add(tail, places('s', 5, 9));
    expect([tail.from, tail.head, tail.isWhole]).toEqual([4, 9, false]);
    recent.addBefore(tail, 1, places('s', 2, 4));
    expect([tail.from, tail.head]).toEqual([1, 9]);
    expect(tail.places.map(({ revision }) => revision)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(recent.find('s@3')).toEqual(place('s', 3));
    recent.addBefore(tail, -1, places('s', 0, 1));
    expect(tail.isWhole).toBe(true);
  });

  it('forget only what the index has, and keep the newest', () => {
    const recent = new RecentPlaces({ perStream: 8, total: 100 });
    const tail = recent.begin('s', -1);
    recent.add(tail, places('s', 0, 9));
    recent.trim(tail);
    expect(tail.isWhole).toBe(true);
    tail.indexed = 4;
    recent.trim(tail);
    expect([tail.from, tail.head, recent.size]).toEqual([4, 9, 5]);
    expect(recent.find('s@4')).toBeUndefined();
    tail.indexed = 9;
    recent.trim(tail);
    expect([tail.from, tail.isCovered, recent.size]).toEqual([7, true, 2]);
  });

  it('forget whole streams that were not used for longest, but none in use', () => {
    const recent = new RecentPlaces({ perStream: 100, total: 10 });
    for (const stream of ['a', 'b', 'c']) {
      const tail = recent.begin(stream, -1);
      recent.add(tail, places(stream, 0, 2));
      if (stream !== 'a') recent.release(tail);
    }
    recent.release(recent.tail('b')!);
    recent.add(recent.begin('d', -1), places('d', 0, 2));
    expect(['a@0', 'b@0', 'c@0', 'd@0'].map((id) => recent.find(id) !== undefined)).toEqual([true, true, false, true]);
    expect(recent.tail('c')).toBeUndefined();
  });
});
