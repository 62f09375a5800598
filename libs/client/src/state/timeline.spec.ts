import type { MessageView } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { Timeline } from './timeline.js';

const view: MessageView = {
  id: 'msg_1',
  conversationId: 'cnv_1',
  sequence: 1,
  senderId: 'usr_1',
  clientMessageId: 'one',
  time: '2026-01-01T00:00:00.000Z',
  content: { type: 'text.v1', text: 'as sent' },
};
const edited: MessageView = { ...view, content: { type: 'text.v1', text: 'edited' }, editedAt: view.time };

describe('a message that was accepted in an append shared with others', () => {
  it('takes the view of the server, though its own position is higher', () => {
    const timeline = new Timeline(0, 10);
    timeline.insert({ message: view, position: '12', provisional: true });
    expect(timeline.insert({ message: edited, position: '11' })).not.toBe('stale');
    expect([...timeline.messages()]).toEqual([edited]);
  });

  it('does not put its own over the view of the server', () => {
    const timeline = new Timeline(0, 10);
    timeline.insert({ message: edited, position: '11' });
    timeline.insert({ message: view, position: '12', provisional: true });
    expect([...timeline.messages()]).toEqual([edited]);
  });
});
