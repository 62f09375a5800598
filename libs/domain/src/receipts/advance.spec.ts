import type { ReceiptEvent, WatermarkAdvance } from '@parley/events';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scenarios } from '../given-when-then.kit.js';
import { limits } from '../limits.js';
import { advanceWatermarks } from './advance.js';
import { receiptsDefinition, type ReceiptsState, watermarksOf } from './index.js';

const { given, fold } = scenarios(receiptsDefinition, expect);

const context = { lastSequence: 100, isMember: (userId: string) => userId !== 'eve' };
const advance =
  (...advances: readonly WatermarkAdvance[]) =>
  (state: ReceiptsState) =>
    advanceWatermarks(state, { ...context, advances });
const advanced = (...advances: readonly WatermarkAdvance[]): ReceiptEvent => ({
  type: 'WatermarksAdvanced.v1',
  data: { advances },
});
const anna = { userId: 'anna', deviceId: 'phone' };
const ben = { userId: 'ben', deviceId: 'desk' };

describe('advance watermarks', () => {
  it('puts many members into one event', () => {
    const decision = given().when(advance({ ...anna, delivered: 3 }, { ...ben, read: 5 }));
    expect(decision).toEqual({
      ok: true,
      events: [advanced({ ...anna, delivered: 3 }, { ...ben, delivered: 5, read: 5 })],
      refused: [],
    });
  });
  it('takes the highest of several of one device, and devices apart', () => {
    const tablet = { userId: 'anna', deviceId: 'tablet' };
    const decision = given().when(
      advance({ ...anna, read: 5 }, { ...tablet, delivered: 1 }, { ...anna, delivered: 9 }, { ...anna, read: 2 }),
    );
    expect(decision).toMatchObject({
      events: [advanced({ ...anna, delivered: 9, read: 5 }, { ...tablet, delivered: 1 })],
    });
  });
  it('says only what rises', () => {
    const history = advanced({ ...anna, delivered: 8, read: 2 });
    const decision = given(history).when(advance({ ...anna, delivered: 7, read: 5 }));
    expect(decision).toMatchObject({ events: [advanced({ ...anna, read: 5 })] });
    expect(given(history).when(advance({ ...anna, delivered: 8, read: 1 }))).toMatchObject({ events: [] });
  });
  it('refuses what is past the end and who is no member, and does not hold up the others', () => {
    const decision = given().when(
      advance({ ...anna, read: 101 }, { ...ben, delivered: 100 }, { userId: 'eve', deviceId: 'x', read: 1 }),
    );
    expect(decision).toEqual({
      ok: true,
      events: [advanced({ ...ben, delivered: 100 })],
      refused: [
        {
          advance: { ...anna, read: 101 },
          refusal: { code: 'watermark_past_end', details: { limit: 100, actual: 101 } },
        },
        { advance: { userId: 'eve', deviceId: 'x', read: 1 }, refusal: { code: 'conversation_not_found' } },
      ],
    });
  });
  it('keeps an event within its size', () => {
    const advances = Array.from({ length: limits.advancesPerEvent + 1 }, (_, i) => ({
      ...anna,
      deviceId: `${i}`,
      read: 1,
    }));
    const { events } = advanceWatermarks(receiptsDefinition.initial, { ...context, advances });
    expect(events.map((event) => event.data.advances.length)).toEqual([limits.advancesPerEvent, 1]);
  });

  it('only ever raises, keeps delivered at or above read, and is the highest of what was asked', () => {
    const someAdvance = fc.record(
      {
        userId: fc.constantFrom('anna', 'ben', 'eve'),
        deviceId: fc.constantFrom('phone', 'desk'),
        delivered: fc.integer({ min: 0, max: 110 }),
        read: fc.integer({ min: 0, max: 110 }),
      },
      { requiredKeys: ['userId', 'deviceId'] },
    );
    const batches = fc.array(
      fc.record({ lastSequence: fc.integer({ min: 0, max: 100 }), advances: fc.array(someAdvance) }),
    );
    fc.assert(
      fc.property(batches, (commands) => {
        let state = receiptsDefinition.initial;
        const history: ReceiptEvent[] = [];
        const naive = new Map<string, { delivered: number; read: number }>();
        for (const { lastSequence, advances } of commands) {
          const command = { lastSequence, isMember: context.isMember, advances };
          const { events } = advanceWatermarks(state, command);
          for (const { userId, deviceId, delivered = 0, read = 0 } of advances) {
            if (userId === 'eve' || Math.max(delivered, read) > lastSequence) continue;
            const before = naive.get(`${userId} ${deviceId}`) ?? { delivered: 0, read: 0 };
            const after = { delivered: Math.max(before.delivered, delivered, read), read: Math.max(before.read, read) };
            naive.set(`${userId} ${deviceId}`, after);
          }
          for (const { userId, deviceId, delivered, read } of events.flatMap((event) => event.data.advances)) {
            const before = watermarksOf(state, userId, deviceId);
            expect(delivered ?? Infinity).toBeGreaterThan(before.delivered);
            expect(read ?? Infinity).toBeGreaterThan(before.read);
          }
          history.push(...events);
          state = fold(history);
          expect(advanceWatermarks(state, command).events).toEqual([]);
        }
        for (const [device, expected] of naive) {
          const [userId = '', deviceId = ''] = device.split(' ');
          expect(watermarksOf(state, userId, deviceId)).toEqual(expected);
        }
        const restored = receiptsDefinition.fromSnapshot(
          JSON.parse(JSON.stringify(receiptsDefinition.toSnapshot(state))),
        );
        expect(restored).toEqual(state);
      }),
    );
  });
});
