import type { Delivery, PartitionBatch } from '@parley/ports';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchAssembly } from './batch-assembly.js';
import { encodeBatch } from './batch-codec.js';

const delivery = (position: number, length = 10): Delivery => ({
  to: 'user',
  userId: 'usr_1',
  position,
  change: '"'.repeat(length),
});
const heard = (partition: number, messages: readonly string[]): readonly PartitionBatch[] => {
  const assembly = new BatchAssembly(partition);
  return messages.map((message) => assembly.take(message)).filter((batch) => batch !== null);
};
const parts = (batch: PartitionBatch, maxLength: number): readonly PartitionBatch[] =>
  heard(batch.partition, encodeBatch(batch, maxLength, 'sender'));

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
    const told = parts({ partition: 0, previous: 1, position: 9, deliveries }, 800);
    expect(told.map(({ previous, position }) => [previous, position])).toEqual([
      [1, 2],
      [2, 4],
      [4, 9],
    ]);
    expect(told.flatMap((part) => part.deliveries)).toEqual(deliveries);
  });

  it('tells of one position in several messages, which are one batch again', () => {
    const large = [delivery(4, 300), delivery(4, 300), delivery(4), delivery(4, 300)];
    const batch = { partition: 0, previous: 1, position: 9, deliveries: [delivery(2), ...large, delivery(6)] };
    const messages = encodeBatch(batch, 1_000, 'sender');
    expect(messages.length).toBe(5);
    for (const message of messages) expect(message.length).toBeLessThanOrEqual(1_000);
    const told = heard(0, messages);
    expect(told.map(({ previous, position }) => [previous, position])).toEqual([
      [1, 2],
      [2, 4],
      [4, 9],
    ]);
    expect(told.flatMap(({ deliveries }) => deliveries)).toEqual(batch.deliveries);
  });

  it('tells a delivery that is too large by itself all the same', () => {
    const batch = { partition: 0, previous: 1, position: 4, deliveries: [delivery(4, 5_000)] };
    expect(parts(batch, 700).flatMap(({ deliveries }) => deliveries)).toEqual(batch.deliveries);
  });

  const large = (previous: number): PartitionBatch => ({
    partition: 0,
    previous,
    position: 4,
    deliveries: [delivery(4, 300), delivery(4, 300), delivery(4, 300)],
  });
  const after: PartitionBatch = { partition: 0, previous: 4, position: 6, deliveries: [delivery(6)] };

  it.each([0, 1, 2])('shows as a hole when one of its messages is lost: %i', (lost) => {
    const messages = encodeBatch(large(1), 500, 'sender').toSpliced(lost, 1);
    const told = heard(0, [...messages, ...encodeBatch(after, 500, 'sender')]);
    expect(told.flatMap(({ deliveries }) => deliveries)).toEqual(after.deliveries);
    expect(told.at(0)?.previous).toBe(4);
  });

  it('is not mixed with what another consumer tells of the same position', () => {
    const [mine, theirs] = [encodeBatch(large(1), 500, 'mine'), encodeBatch(large(1), 500, 'theirs')];
    const mixed = mine.flatMap((message, index) => [message, theirs[index] ?? '']);
    expect(heard(0, mixed.slice(0, 6)).flatMap(({ deliveries }) => deliveries)).toEqual([]);
    expect(heard(0, [...mine.slice(0, 2), ...theirs])[0]).toEqual(large(1));
  });

  it('is given up when more of it is kept than may be', () => {
    const assembly = new BatchAssembly(0, 1_000);
    const messages = encodeBatch(large(1), 500, 'sender');
    expect(messages.map((message) => assembly.take(message))).toEqual([null, null, null]);
    expect(encodeBatch(after, 500, 'sender').map((message) => assembly.take(message))).toEqual([after]);
  });

  it('is whole and bounded, whatever its size', () => {
    const sizes = fc.array(fc.record({ step: fc.nat({ max: 2 }), length: fc.nat({ max: 400 }) }), { maxLength: 40 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 200, max: 2_000 }), (all, maxLength) => {
        let position = 1;
        const deliveries = all.map(({ step, length }) => delivery((position += step), length));
        const batch = { partition: 0, previous: 0, position: position + 1, deliveries };
        const messages = encodeBatch(batch, maxLength, 'sender');
        const largest = Math.max(0, ...deliveries.map((each) => JSON.stringify(each).length));
        for (const message of messages) expect(message.length).toBeLessThanOrEqual(Math.max(maxLength, largest + 200));
        const told = heard(0, messages);
        let known = 0;
        for (const part of told) {
          expect(part.previous).toBe(known);
          known = part.position;
        }
        expect(known).toBe(batch.position);
        expect(told.flatMap((part) => part.deliveries)).toEqual(deliveries);
      }),
    );
  });

  it.each(['', '[]', '{"previous":1,"position":2}', '{"previous":"1","position":2,"deliveries":[]}'])(
    'is not read from %j',
    (message) => expect(() => new BatchAssembly(0).take(message)).toThrow(/JSON|not a batch/),
  );
});
