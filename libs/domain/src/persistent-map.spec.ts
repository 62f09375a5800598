import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { PersistentMap } from './persistent-map.js';

const entries = fc.array(fc.tuple(fc.string({ maxLength: 2 }), fc.integer()), { maxLength: 200 });

it('is what a Map is, in the same order, and leaves its older selves alone', () => {
  fc.assert(
    fc.property(entries, fc.array(entries, { maxLength: 5 }), (first, batches) => {
      let map = PersistentMap.from(first);
      const model = new Map(first);
      for (const batch of batches) {
        const older = map;
        const olderEntries = [...model];
        map = map.setAll(batch);
        for (const [key, value] of batch) {
          model.set(key, value);
          map = map.set(key, value);
        }
        expect([...older]).toEqual(olderEntries);
      }
      expect([...map]).toEqual([...model]);
      expect(map.size).toBe(model.size);
      for (const [key, value] of model) expect(map.get(key)).toBe(value);
      expect(map.get('not there')).toBeUndefined();
    }),
  );
});

it('keeps order and values while it grows over many merges', () => {
  let map = PersistentMap.from<number>([]);
  for (let i = 0; i < 5_000; i++) map = map.set(`k${i % 3_000}`, i);
  expect(map.size).toBe(3_000);
  expect([...map][0]).toEqual(['k0', 3_000]);
  expect(map.get('k2999')).toBe(2_999);
});
