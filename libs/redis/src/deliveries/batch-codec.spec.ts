import type { Delivery, PartitionBatch } from '@parley/ports';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBatch, encodeBatch } from './batch-codec.js';

const delivery = (position: number, length = 10): Delivery => ({
  to: 'user',
  userId: 'usr_1',
  position,
  change: '"'.repeat(length),
});
const parts = (batch: PartitionBatch, maxLength: number): readonly PartitionBatch[] =>
  encodeBatch(batch, maxLength).map((message) => decodeBatch(batch.partition, message));

describe('a batch on the wire', () => {
  it('is one message as a rule', () => {
    const batch: PartitionBatch = {
      partition: 3,
      previous: 7,
      position: 9,
      deliveries: [
        {
          to: 'conversation',
          conversationId: 'cnv_1',
          position: 8,
          change: '{"a":"ü"}',
          sequence: 4,
          except: 'usr_2',
        },
        delivery(9),
      ],
    };
    expect(parts(batch, 10_000)).toEqual([batch]);
    expect(parts({ ...batch, deliveries: [] }, 10_000)).toEqual([{ ...batch, deliveries: [] }]);
  });

  it('is told in parts that are batches of their own when it is large', () => {
    const deliveries = [delivery(2, 100), delivery(4, 100), delivery(4, 100), delivery(6, 100)];
    const told = parts({ partition: 0, previous: 1, position: 9, deliveries }, 700);
    expect(told.map(({ previous, position }) => [previous, position])).toEqual([
      [1, 2],
      [2, 4],
      [4, 9],
    ]);
    expect(told.flatMap((part) => part.deliveries)).toEqual(deliveries);
  });

  it('leaves out what is too large for one message, in a way that shows', () => {
    const told = parts(
      { partition: 0, previous: 1, position: 9, deliveries: [delivery(2), delivery(4, 500), delivery(4), delivery(6)] },
      700,
    );
    expect(told.map(({ previous, position, deliveries }) => [previous, position, deliveries.length])).toEqual([
      [1, 2, 1],
      [4, 9, 1],
    ]);
    const last = parts({ partition: 0, previous: 1, position: 4, deliveries: [delivery(4, 500)] }, 700);
    expect(last).toEqual([{ partition: 0, previous: 4, position: 4, deliveries: [] }]);
  });

  it('is bounded, whole or with holes that show', () => {
    const sizes = fc.array(fc.record({ step: fc.nat({ max: 2 }), length: fc.nat({ max: 400 }) }), { maxLength: 40 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 200, max: 2_000 }), (all, maxLength) => {
        let position = 1;
        const deliveries = all.map(({ step, length }) => delivery((position += step), length));
        const batch = { partition: 0, previous: 0, position: position + 1, deliveries };
        const messages = encodeBatch(batch, maxLength);
        for (const message of messages) expect(message.length).toBeLessThanOrEqual(maxLength + 64);
        let known = 0;
        const heard: Delivery[] = [];
        const holes: [number, number][] = [];
        for (const part of messages.map((message) => decodeBatch(0, message))) {
          expect(part.previous).toBeGreaterThanOrEqual(known);
          if (part.previous > known) holes.push([known, part.previous]);
          heard.push(...part.deliveries);
          known = part.position;
        }
        expect(known).toBe(batch.position);
        const missing = deliveries.filter((each) => !heard.some((other) => other.position === each.position));
        expect(heard).toEqual(deliveries.filter((each) => !missing.includes(each)));
        for (const { position: at } of missing) expect(holes.some(([from, to]) => at > from && at <= to)).toBe(true);
      }),
    );
  });

  it.each(['', '[]', '{"previous":1,"position":2}', '{"previous":"1","position":2,"deliveries":[]}'])(
    'is not read from %j',
    (message) => expect(() => decodeBatch(0, message)).toThrow(/JSON|not a batch/),
  );
});
