import { describe, expect, it } from 'vitest';
import { derived } from '../testing/scene.js';
import { RecentPlaces } from './recent-places.js';

const idOf = (stream: string, revision: number): string => derived(stream, String(revision)).eventId;
const place = (stream: string, revision: number) => ({
  eventId: idOf(stream, revision),
  stream,
  revision,
  position: revision * 10,
});
const places = (stream: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => place(stream, from + i));

describe('recent places', () => {
  it('know a stretch of a stream that grows at both ends', () => {
    const recent = new RecentPlaces({ perStream: 100, total: 100, packed: 100 });
    const tail = recent.begin('s', 4);
    recent.add(tail, places('s', 5, 9));
    expect([tail.from, tail.head, tail.isWhole]).toEqual([4, 9, false]);
    recent.addBefore(tail, 1, places('s', 2, 4));
    expect([tail.from, tail.head]).toEqual([1, 9]);
    expect(tail.places.map(({ revision }) => revision)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(recent.find(idOf('s', 3))).toEqual(place('s', 3));
    recent.addBefore(tail, -1, places('s', 0, 1));
    expect(tail.isWhole).toBe(true);
  });

  it('forget only what the index has, and keep the newest', () => {
    const recent = new RecentPlaces({ perStream: 8, total: 100, packed: 100 });
    const tail = recent.begin('s', -1);
    recent.add(tail, places('s', 0, 9));
    recent.trim(tail);
    expect(tail.isWhole).toBe(true);
    tail.indexed = 4;
    recent.trim(tail);
    expect([tail.from, tail.head, recent.size]).toEqual([4, 9, 5]);
    expect(recent.find(idOf('s', 4))).toBeUndefined();
    tail.indexed = 9;
    recent.trim(tail);
    expect([tail.from, tail.isCovered, recent.size]).toEqual([7, true, 2]);
  });

  it('forget whole streams that were not used for longest, but none in use', () => {
    const recent = new RecentPlaces({ perStream: 100, total: 10, packed: 100 });
    for (const stream of ['a', 'b', 'c']) {
      const tail = recent.begin(stream, -1);
      recent.add(tail, places(stream, 0, 2));
      if (stream !== 'a') recent.release(tail);
    }
    recent.release(recent.tail('b')!);
    recent.add(recent.begin('d', -1), places('d', 0, 2));
    expect(['a', 'b', 'c', 'd'].map((stream) => recent.find(idOf(stream, 0)) !== undefined)).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(recent.tail('c')).toBeUndefined();
  });

  it('pack what neither index nor limit leaves room for, and forget it once the index has it', () => {
    const recent = new RecentPlaces({ perStream: 8, total: 100, packed: 100 });
    const tail = recent.begin('s', 29);
    recent.add(tail, places('s', 30, 35));
    recent.addBefore(tail, 19, places('s', 20, 29));
    recent.addBefore(tail, -1, places('s', 0, 19));
    recent.pack(tail);
    expect([tail.from, tail.isWhole, tail.places.length, recent.size]).toEqual([-1, true, 2, 2]);
    for (const revision of [0, 19, 20, 29, 30, 33]) {
      expect(recent.find(idOf('s', revision))).toBeUndefined();
      expect(tail.findPacked(idOf('s', revision))).toEqual({ ...place('s', revision), position: null });
    }
    expect(tail.findPacked(idOf('s', 34))).toBeUndefined();
    tail.indexed = 25;
    recent.trim(tail);
    expect([tail.from, tail.findPacked(idOf('s', 19)), tail.places.length]).toEqual([19, undefined, 2]);
    expect(tail.findPacked(idOf('s', 20))?.revision).toBe(20);
    tail.indexed = 35;
    recent.trim(tail);
    expect([tail.from, tail.places.length, recent.packed]).toEqual([33, 2, 0]);
  });

  it('keep what is packed when places are forgotten, until there is no room for it either', () => {
    const recent = new RecentPlaces({ perStream: 4, total: 10, packed: 71 });
    const fill = (stream: string): void => {
      const tail = recent.begin(stream, 9);
      recent.add(tail, places(stream, 10, 12));
      recent.addBefore(tail, -1, places(stream, 0, 9));
      recent.release(tail);
    };
    const knows = (stream: string): boolean => {
      const tail = recent.tail(stream);
      if (tail !== undefined) recent.release(tail);
      return (
        tail?.isWhole === true && [5, 12].every((n) => tail.findPacked(idOf(stream, n)) ?? recent.find(idOf(stream, n)))
      );
    };
    for (const stream of ['a', 'b']) fill(stream);
    recent.add(recent.begin('c', -1), places('c', 0, 6));
    expect([recent.size, knows('b'), knows('a')]).toEqual([10, true, true]);
    recent.add(recent.begin('d', -1), places('d', 0, 0));
    expect([recent.size, knows('b'), knows('a')]).toEqual([8, false, true]);
  });

  it('keep nothing of a stream of which they never knew an event', () => {
    const recent = new RecentPlaces({ perStream: 8, total: 100, packed: 100 });
    recent.release(recent.begin('made-up', -1));
    expect(recent.streams).toBe(0);
  });
});
