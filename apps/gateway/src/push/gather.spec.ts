import type { DeliveryBatch, DeliverySubscriber } from '@parley/ports';
import { describe, expect, it } from 'vitest';
import { gather } from './gather.js';

const deliveryAt = (position: number): DeliveryBatch['deliveries'][number] => ({
  to: 'user',
  userId: 'usr_0001',
  position,
  change: String(position),
});

/** A source, what came out of it, and a clock that stands until it is moved. */
function world(everyMs: number) {
  let push: ((batch: DeliveryBatch) => void) | null = null;
  let timer: (() => void) | null = null;
  const source: DeliverySubscriber = {
    subscribe(listener) {
      push = listener;
      return () => {
        push = null;
      };
    },
  };
  const out: { position: number; previous: number; changes: string[] }[] = [];
  const unsubscribe = gather(source, everyMs, (run) => {
    timer = run;
    return () => {
      timer = null;
    };
  }).subscribe(({ position, previous, deliveries }) =>
    out.push({ position, previous, changes: deliveries.map(({ change }) => change) }),
  );
  let last = 0;
  return {
    out,
    unsubscribe,
    batch(position: number, previous = last): void {
      last = position;
      push?.({ position, previous, deliveries: [deliveryAt(position)] });
    },
    tick(): void {
      const run = timer;
      timer = null;
      run?.();
    },
    get waits(): boolean {
      return timer !== null;
    },
  };
}

describe('gather', () => {
  it('hands each batch on at once when there is no interval', () => {
    const { batch, out } = world(0);
    batch(1);
    batch(2);
    expect(out.map(({ position }) => position)).toEqual([1, 2]);
  });

  it('hands the first on at once and what follows together, in order', () => {
    const { batch, tick, out } = world(50);
    for (const position of [1, 2, 3, 4]) batch(position);
    expect(out).toEqual([{ position: 1, previous: 0, changes: ['1'] }]);
    tick();
    expect(out[1]).toEqual({ position: 4, previous: 1, changes: ['2', '3', '4'] });
  });

  it('is as quick as before after an interval in which nothing came', () => {
    const quiet = world(50);
    quiet.batch(1);
    quiet.tick();
    expect(quiet.waits).toBe(false);
    quiet.batch(2);
    expect(quiet.out.map(({ position }) => position)).toEqual([1, 2]);
  });

  it('does not hide a hole', () => {
    const { batch, tick, out } = world(50);
    batch(1);
    batch(2);
    batch(9, 7);
    tick();
    expect(out).toEqual([
      { position: 1, previous: 0, changes: ['1'] },
      { position: 2, previous: 1, changes: ['2'] },
      { position: 9, previous: 7, changes: ['9'] },
    ]);
  });

  it('does not gather without bounds', () => {
    const { batch, out } = world(50);
    for (let position = 1; position <= 4_097; position++) batch(position);
    expect(out).toHaveLength(2);
    expect(out[1]?.changes).toHaveLength(4_096);
  });

  it('waits for nothing once it is unsubscribed', () => {
    const ending = world(50);
    ending.batch(1);
    ending.batch(2);
    expect(ending.waits).toBe(true);
    ending.unsubscribe();
    expect(ending.waits).toBe(false);
  });
});
