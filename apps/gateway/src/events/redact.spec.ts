import type { ParleyEvent, RecordedEvent } from '@parley/events';
import { describe, expect, it } from 'vitest';
import { ndjson, serverSentEvents } from './event-format.js';
import { redactedData } from './redact.js';

const recorded = (type: string, data: unknown): RecordedEvent => ({
  eventId: '0199aaaa-0000-7000-8000-000000000000',
  type,
  data: JSON.stringify(data),
  metadata: '{"actorId":"usr_1"}',
  time: 1_700_000_000_000,
  stream: 'conversation-cnv_1',
  revision: 3,
  position: 17,
});
const secret = 'meet me at noon 😀';
const sent = recorded('MessageSent.v1', {
  sequence: 1,
  messageId: 'msg_1',
  clientMessageId: secret,
  senderId: 'usr_1',
  content: { type: 'text.v1', text: secret },
} satisfies Extract<ParleyEvent, { type: 'MessageSent.v1' }>['data']);

describe('an event without the scope content:read', () => {
  it('tells who, where and how much of a message, not what', () => {
    expect(JSON.parse(redactedData(sent))).toEqual({
      sequence: 1,
      messageId: 'msg_1',
      senderId: 'usr_1',
      content: { type: 'text.v1', bytes: Buffer.byteLength(secret) },
    });
  });

  it.each([
    [
      'ConversationStarted.v1',
      { conversationId: 'cnv_1', kind: 'group', title: secret, members: [], startedBy: 'usr_1' },
    ],
    ['ConversationRenamed.v1', { title: secret, renamedBy: 'usr_1' }],
    ['ConversationDescribed.v1', { description: secret, describedBy: 'usr_1' }],
    ['MessageEdited.v1', { sequence: 1, content: { type: 'text.v1', text: secret }, editedBy: 'usr_1' }],
    ['ReactionAdded.v1', { sequence: 1, userId: 'usr_1', emoji: secret }],
    ['UserRegistered.v1', { userId: 'usr_1', username: secret, displayName: secret }],
    ['ProfileChanged.v1', { displayName: secret, about: secret }],
    ['DeviceAdded.v1', { deviceId: 'dev_1', name: secret }],
    ['SomethingNew.v9', { note: secret }],
    ['MessageSent.v99', { content: { type: 'text.v1', text: secret } }],
  ])('tells nothing that people wrote: %s', (type, data) => {
    expect(redactedData(recorded(type, data))).not.toContain('noon');
  });
});

describe('an event as a line', () => {
  it('is passed on as stored, with its place', () => {
    const line = ndjson.event(sent, true);
    expect(line.endsWith('\n')).toBe(true);
    expect(JSON.parse(line)).toEqual({
      position: '17',
      eventId: sent.eventId,
      stream: 'conversation-cnv_1',
      revision: 3,
      type: 'MessageSent.v1',
      time: '2023-11-14T22:13:20.000Z',
      data: JSON.parse(sent.data) as unknown,
      metadata: { actorId: 'usr_1' },
    });
  });

  it('says that something was left out', () => {
    expect(JSON.parse(ndjson.event(sent, false))).toMatchObject({ redacted: true });
  });

  it('is a server-sent event that a browser resumes after', () => {
    const [id, event, data] = serverSentEvents.event(sent, true).split('\n');
    expect([id, event]).toEqual(['id: 17', 'event: MessageSent.v1']);
    expect(JSON.parse((data ?? '').slice('data: '.length))).toMatchObject({ position: '17' });
  });
});
