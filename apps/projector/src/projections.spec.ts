import { currentTypes, decodeEvent, encodeEvent, type ParleyEvent } from '@parley/events';
import { projectionNames } from '@parley/ports';
import { describe, expect, it } from 'vitest';
import { projections } from './projections.js';

const decoded = (event: ParleyEvent, stream: string) =>
  decodeEvent({
    ...encodeEvent(event, { eventId: 'e', time: 0, metadata: { actorId: 'usr_a' } }),
    stream,
    revision: 4,
    position: 9,
  });
const operations = (name: string, event: ParleyEvent, stream = 'conversation-cnv_1') =>
  projections.find((projection) => projection.name === name)?.evolve(decoded(event, stream));

describe('projections', () => {
  it('are those that the ports name', () => {
    expect(projections.map((projection) => projection.name).toSorted()).toEqual([...projectionNames].toSorted());
  });

  it('each have a rule for every event type', () => {
    for (const type of currentTypes) {
      const data = { members: [], advances: [], content: { type: 'text.v1', text: '' } };
      const recorded = { stream: 'user-usr_1', revision: 0, position: 1, eventId: 'e', time: 0 };
      const event = decodeEvent({ ...recorded, type, data: JSON.stringify(data), metadata: '{"actorId":"usr_a"}' });
      for (const projection of projections) {
        expect(Array.isArray(projection.evolve(event)), `${projection.name} ${type}`).toBe(true);
      }
    }
  });

  it('turn a message into a row of history and a watermark of its sender, and no more', () => {
    const event: ParleyEvent = {
      type: 'MessageSent.v1',
      data: {
        sequence: 2,
        messageId: 'msg_2',
        clientMessageId: 'c2',
        senderId: 'usr_a',
        content: { type: 'text.v1', text: 'hi' },
      },
    };
    expect(operations('history', event)).toMatchObject([
      { type: 'add-message', position: 9, revision: 4, conversationId: 'cnv_1', sequence: 2, senderId: 'usr_a' },
    ]);
    expect(operations('watermarks', event)).toEqual([
      { type: 'sent', position: 9, conversationId: 'cnv_1', userId: 'usr_a', sequence: 2 },
    ]);
    for (const name of ['inbox', 'membership', 'people']) expect(operations(name, event)).toEqual([]);
  });

  it('turn a removal into the end of a window and a notice', () => {
    const event: ParleyEvent = {
      type: 'MemberRemoved.v1',
      data: { userId: 'usr_b', removedBy: 'usr_a', afterSequence: 5 },
    };
    expect(operations('membership', event)).toEqual([
      { type: 'close', position: 9, conversationId: 'cnv_1', userId: 'usr_b', state: 'removed', untilSequence: 5 },
    ]);
    expect(operations('history', event)).toMatchObject([
      { type: 'add-notice', notice: { type: 'removed', actorId: 'usr_a', userId: 'usr_b' } },
    ]);
  });

  it('keep settings with the person and the conversation they are about', () => {
    const event: ParleyEvent = { type: 'ConversationMuted.v1', data: { conversationId: 'cnv_7', until: null } };
    expect(operations('inbox', event, 'user-usr_a')).toEqual([
      { type: 'set-muted', position: 9, conversationId: 'cnv_7', userId: 'usr_a', muted: true, until: null },
    ]);
  });
});
