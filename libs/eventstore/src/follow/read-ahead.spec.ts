import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReadAhead } from './read-ahead.js';

const event = (position: number, size = 1) => ({
  eventId: `e${position}`,
  type: 'Happened.v1',
  data: 'x'.repeat(size),
  metadata: '',
  time: 0,
  stream: 's',
  revision: 0,
  position,
});

const wanted = (position: number): boolean => position % 3 !== 0;

describe('a read-ahead', () => {
  it('takes each event once, in order, from two sources that are not in step', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.nat(7), fc.integer({ min: 1, max: 6 })), { maxLength: 80 }),
        (steps) => {
          const buffer = new ReadAhead(10, 1_000);
          const at = [10, 10];
          const seen: number[] = [];
          let checkpoint = 10;
          for (const [second, offered, taken] of steps) {
            const source = second ? 1 : 0;
            for (let n = 0; n < offered; n++) {
              const position = ++at[source]!;
              buffer.offer(position, wanted(position) ? event(position) : null);
            }
            const batch = buffer.take(taken);
            seen.push(...batch.events.map(({ position }) => position));
            checkpoint = batch.checkpoint;
            // Whoever goes on after the checkpoint misses nothing and sees nothing twice.
            expect(seen).toEqual(Array.from({ length: checkpoint - 10 }, (_, i) => i + 11).filter(wanted));
          }
        },
      ),
    );
  });

  it('is full by number or by size', () => {
    const few = new ReadAhead(0, 2);
    few.offer(1, event(1));
    expect(few.isFull).toBe(false);
    few.offer(2, event(2));
    expect(few.isFull).toBe(true);
    const large = new ReadAhead(0, 1_000);
    for (let n = 1; n <= 4; n++) large.offer(n, event(n, 1_048_576));
    expect(large.isFull).toBe(true);
    expect(large.take(1).checkpoint).toBe(1);
    expect(large.isFull).toBe(false);
    large.skipTo(9);
    expect(large.take(1_000)).toMatchObject({
      checkpoint: 9,
      events: [{ position: 2 }, { position: 3 }, { position: 4 }],
    });
    expect(large.isEmpty).toBe(true);
  });
});
