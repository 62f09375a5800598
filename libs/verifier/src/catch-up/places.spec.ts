import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Places } from './places.js';

it('keeps positions of events, spread over all of the log, however long it is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3_000 }), (events) => {
      const places = new Places();
      for (let n = 1; n <= events; n++) places.take(n * 10);
      const { positions, apart } = places;
      expect(positions[0]).toBe(0);
      expect(positions.length).toBeLessThanOrEqual(32);
      for (const [index, position] of positions.entries()) expect(position).toBe(index * apart * 10);
      expect(events * 10 - (positions.at(-1) ?? 0)).toBeLessThan(apart * 10);
    }),
  );
});
