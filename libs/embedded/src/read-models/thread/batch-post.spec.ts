import type { Delivery, DeliveryBatch } from '@parley/ports';
import { describe, expect, it } from 'vitest';
import { packBatch, unpackBatch } from './batch-post.js';

const message = (position: number): Delivery => ({
  to: 'conversation',
  conversationId: 'cnv_1',
  position,
  change: `{"at":${position}}`,
  sequence: position,
  senderId: 'usr_1',
});
const others: readonly Delivery[] = [
  { to: 'conversation', conversationId: 'cnv_1', position: 2, change: '{}', except: 'usr_2' },
  {
    to: 'user',
    userId: 'usr_1',
    position: 3,
    change: '{}',
    membership: { conversationId: 'cnv_1', member: true, windows: [{ afterSequence: 4, untilSequence: null }] },
  },
  { to: 'conversation', conversationId: 'cnv_1', position: 3, change: '{}', shows: 7 },
  { to: 'conversation', conversationId: 'cnv_1', position: 3, change: '{}', pins: [7] },
  { to: 'conversation', conversationId: 'cnv_1', position: 4, change: '{}' },
];

describe('a posted batch', () => {
  it.each([
    { deliveries: [] },
    { deliveries: [message(1), message(2)] },
    { deliveries: others },
    { deliveries: [message(1), ...others, message(5), message(6), others[2] as Delivery] },
  ])('is the same when it arrives: %#', ({ deliveries }) => {
    const batch: DeliveryBatch = { position: 9, previous: 0, deliveries };
    expect(unpackBatch(structuredClone(packBatch(batch)))).toEqual(batch);
  });

  it('holds new messages flat', () => {
    const { messages, others: rest } = packBatch({ position: 9, previous: 0, deliveries: [message(1), ...others] });
    expect(messages).toEqual(['cnv_1', 1, '{"at":1}', 1, 'usr_1']);
    expect(rest.map((each) => each.before)).toEqual(others.map(() => 1));
  });
});
