import { messageView } from '@parley/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageJson } from './message-json.js';

const time = Date.UTC(2026, 10, 23, 1, 2, 3, 4);
const data = {
  sequence: 7,
  messageId: 'msg_1',
  clientMessageId: 'c"1\\',
  senderId: 'usr_1',
  content: { type: 'text.v1', text: 'say "hi" 👋\n\u2028' },
} as const;

describe('messageJson', () => {
  it('is the message view', () => {
    const view: unknown = JSON.parse(messageJson('cnv_1', data, time));
    expect(view).toEqual({
      id: 'msg_1',
      conversationId: 'cnv_1',
      sequence: 7,
      senderId: 'usr_1',
      clientMessageId: 'c"1\\',
      time: '2026-11-23T01:02:03.004Z',
      content: data.content,
    });
    expect(messageView.parse(view)).toEqual(view);
  });

  it('holds what the message has beyond that', () => {
    const more = { replyTo: 3, mentions: ['usr_2'] };
    const forwardedFrom = { conversationId: 'cnv_0', messageId: 'msg_0', senderId: 'usr_0' };
    const view: unknown = JSON.parse(messageJson('cnv_1', { ...data, ...more, forwardedFrom }, time));
    // Readers need not be members of the conversation it comes from.
    expect(view).toMatchObject({ ...more, forwardedFrom: { senderId: 'usr_0' } });
    expect(JSON.stringify(view)).not.toMatch(/cnv_0|msg_0/);
    expect(messageView.parse(view)).toEqual(view);
    expect(messageJson('cnv_1', { ...data, mentions: [] }, time)).not.toContain('mentions');
  });

  it('survives any ids and texts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), fc.nat(), (id, text, ms) => {
        const content = { type: 'text.v1', text } as const;
        const json = messageJson(id, { ...data, senderId: id, clientMessageId: id, content }, ms);
        expect(JSON.parse(json)).toMatchObject({ conversationId: id, clientMessageId: id, content });
        expect(json).toContain(new Date(ms).toISOString());
      }),
    );
  });
});
