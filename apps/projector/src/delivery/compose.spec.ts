import type { ParleyEvent } from '@parley/events';
import type { Delivery, DeliveryReader } from '@parley/ports';
import { describe, expect, it } from 'vitest';
import { decodedAt as at } from '../testing/decoded.js';
import { composeDeliveries } from './compose.js';

const joined = (userId: string): ParleyEvent => ({
  type: 'MemberAdded.v1',
  data: { userId, role: 'member', addedBy: 'usr_a', afterSequence: 40 },
});
const reacted = (sequence: number): ParleyEvent => ({
  type: 'ReactionAdded.v1',
  data: { sequence, userId: 'usr_a', emoji: '👍' },
});
const read = (...userIds: string[]): ParleyEvent => ({
  type: 'WatermarksAdvanced.v1',
  data: { advances: userIds.map((userId) => ({ userId, deviceId: 'dev_1', read: 1 })) },
});

const windows = [
  { afterSequence: 0, untilSequence: 7 },
  { afterSequence: 40, untilSequence: null },
];

/** Answers after some turns of the event loop, the first question last; counts. */
class CountingReader implements DeliveryReader {
  reads = 0;
  under = 0;
  most = 0;
  pinned: readonly number[] = [];

  message = (_: string, sequence: number) => this.#answer(`{"sequence":${sequence}}`);
  notice = () => this.#answer('{}');
  conversation = () => this.#answer({ view: JSON.stringify({ id: 'cnv_1', pins: this.pinned }), pins: this.pinned });
  member = (_: string, userId: string) => this.#answer(JSON.stringify({ userId }));
  joinedEntry = () => this.#answer({ entry: '{}', windows });
  receipts = () => this.#answer('{}');
  readState = (_: string, userId: string) => this.#answer(JSON.stringify({ userId }));
  settings = () => this.#answer('{}');
  person = () => this.#answer('{}');
  conversationsOf = () => this.#answer([]);

  async #answer<T>(answer: T): Promise<T> {
    const turns = Math.max(1, 50 - this.reads++);
    this.most = Math.max(this.most, ++this.under);
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
    this.under--;
    return answer;
  }
}

const kinds = (deliveries: readonly Delivery[]): string[] =>
  deliveries.map(({ change }) => (JSON.parse(change) as { kind: string }).kind);

describe('deliveries of a batch', () => {
  it('cost the same however many members came after a pinned message, and name nobody', async () => {
    const reader = new CountingReader();
    reader.pinned = [1, 30];
    const deliveries = await composeDeliveries([at(9, joined('usr_new'))], [], reader);
    expect(kinds(deliveries)).toEqual(['joined', 'member', 'notice', 'conversation']);
    expect(reader.reads).toBe(4);
    expect(deliveries.at(-1)).toMatchObject({ to: 'conversation', pins: [1, 30] });
    expect(deliveries.at(-1)).not.toHaveProperty('except');
  });

  it('say from which message on somebody who came may see what changes', async () => {
    const [own, member] = await composeDeliveries([at(9, joined('usr_new'))], [], new CountingReader());
    expect(own).toMatchObject({
      userId: 'usr_new',
      membership: { conversationId: 'cnv_1', member: true, windows },
    });
    expect(member).toMatchObject({ to: 'conversation', except: 'usr_new' });
  });

  it('count mentions anew for everybody whom a message mentions or mentioned before', async () => {
    const content = { type: 'text.v1', text: 'new' } as const;
    const edited: ParleyEvent = {
      type: 'MessageEdited.v1',
      data: { sequence: 3, content, mentions: ['usr_b'], unmentioned: ['usr_c'], editedBy: 'usr_a' },
    };
    const deleted: ParleyEvent = {
      type: 'MessageDeleted.v1',
      data: { sequence: 4, unmentioned: ['usr_d'], deletedBy: 'usr_a' },
    };
    const deliveries = await composeDeliveries([at(9, edited), at(10, deleted)], [], new CountingReader());
    expect(kinds(deliveries)).toEqual(['message', 'readState', 'readState', 'message', 'conversation', 'readState']);
    const counted = deliveries.flatMap((delivery) => (delivery.to === 'user' ? [delivery] : []));
    expect(counted.map(({ userId, position }) => [userId, position])).toEqual([
      ['usr_b', 9],
      ['usr_c', 9],
      ['usr_d', 10],
    ]);
  });

  it('say which message they show, when it is an older one', async () => {
    const reader = new CountingReader();
    const deliveries = await composeDeliveries([at(9, reacted(3))], [], reader);
    expect(deliveries).toEqual([
      {
        to: 'conversation',
        conversationId: 'cnv_1',
        position: 9,
        change: '{"kind":"message","position":"9","message":{"sequence":3}}',
        shows: 3,
      },
    ]);
    expect(reader.reads).toBe(1);
  });

  it('bear no pins where there are none', async () => {
    const deliveries = await composeDeliveries([at(9, joined('usr_new'))], [], new CountingReader());
    for (const delivery of deliveries) expect(delivery).not.toHaveProperty('pins');
  });

  it('are read side by side, not all at once, and stay in order', async () => {
    const reader = new CountingReader();
    const people = Array.from({ length: 500 }, (_, i) => `usr_${i}`);
    const deliveries = await composeDeliveries([at(8, reacted(3)), at(9, read(...people))], [], reader);
    expect(reader.most).toBeGreaterThan(8);
    expect(reader.most).toBeLessThanOrEqual(32);
    expect(kinds(deliveries)).toEqual(['message', 'receipts', ...people.map(() => 'readState')]);
    expect(deliveries.slice(2).map((delivery) => delivery.to === 'user' && delivery.userId)).toEqual(people);
  });

  it('are none when one of them cannot be read', async () => {
    const reader = new CountingReader();
    reader.receipts = () => Promise.reject(new Error('of this test'));
    await expect(composeDeliveries([at(9, read('usr_1', 'usr_2'))], [], reader)).rejects.toThrow('of this test');
    expect(reader.under).toBe(0);
  });
});
