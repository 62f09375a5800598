import type { WatermarkOperation } from '@parley/ports';
import { expect, it } from 'vitest';
import { foldWatermarks, type Marks } from './watermark-fold.js';

const at = (position: number) => ({ position, conversationId: 'cnv_1' });
const marks = (more: Partial<Marks> = {}): Marks => ({
  delivered: 0,
  read: 0,
  sent: 0,
  member: true,
  changed: 0,
  ...more,
});
const advance = (position: number, userId: string, delivered: number, read: number): WatermarkOperation => ({
  type: 'advance',
  ...at(position),
  advances: [{ userId, deviceId: 'dev_1', delivered, read }],
});

it('makes the receipts view right after the last advance, not of what follows in the batch', () => {
  const changes = foldWatermarks(
    'cnv_1',
    [
      { type: 'sent', ...at(1), userId: 'usr_a', sequence: 3 },
      advance(2, 'usr_b', 3, 2),
      { type: 'sent', ...at(3), userId: 'usr_b', sequence: 4 },
      { type: 'join', ...at(4), userId: 'usr_c' },
    ],
    new Map([
      ['usr_a', marks()],
      ['usr_b', marks()],
    ]),
  );
  expect(changes.receipts?.position).toBe(2);
  expect(JSON.parse(changes.receipts?.body ?? '')).toEqual({
    conversationId: 'cnv_1',
    memberCount: 2,
    delivered: [[3, 2]],
    read: [
      [3, 1],
      [2, 2],
    ],
  });
  expect(changes.sent).toEqual(
    new Map([
      ['usr_a', { sequence: 3, position: 1 }],
      ['usr_b', { sequence: 4, position: 3 }],
    ]),
  );
  expect(changes.flags).toEqual(new Map([['usr_c', { member: true, position: 4 }]]));
});

it('never lowers a mark, and notes when reading raised what was read', () => {
  const before = new Map([['usr_b', marks({ read: 4, delivered: 5, sent: 6, changed: 1 })]]);
  const lower = foldWatermarks('cnv_1', [advance(9, 'usr_b', 2, 5)], before);
  // Sending had raised it further already.
  expect(lower.marks.get('usr_b')).toEqual({
    position: 9,
    marks: marks({ read: 5, delivered: 5, sent: 6, changed: 1 }),
  });
  const higher = foldWatermarks('cnv_1', [advance(9, 'usr_b', 2, 7), advance(12, 'usr_b', 8, 0)], before);
  expect(higher.marks.get('usr_b')).toEqual({
    position: 12,
    marks: marks({ read: 7, delivered: 8, sent: 6, changed: 9 }),
  });
  expect([...higher.devices.values()]).toEqual([{ userId: 'usr_b', deviceId: 'dev_1', delivered: 8, read: 7 }]);
});

it('has a receipts view from the start, and needs nothing loaded for it', () => {
  const changes = foldWatermarks('cnv_1', [{ type: 'start', ...at(1), userIds: ['usr_a', 'usr_b'] }], null);
  expect(changes.receipts).toEqual({
    position: 1,
    body: '{"conversationId":"cnv_1","memberCount":2,"delivered":[],"read":[]}',
  });
  expect(changes.loaded).toBeNull();
});
