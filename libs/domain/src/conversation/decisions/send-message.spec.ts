import { describe, expect, it } from 'vitest';
import { refused, scenarios } from '../../given-when-then.kit.js';
import { limits } from '../../limits.js';
import { added, channel, deleted, direct, group, left, sent } from '../conversation.kit.js';
import { conversationDefinition, type ConversationState } from '../index.js';
import { sendMessage, type SendMessage } from './send-message.js';

const { given, events } = scenarios(conversationDefinition, expect);

const command: SendMessage = {
  actorId: 'cleo',
  messageId: 'm1',
  clientMessageId: 'k1',
  content: { type: 'text.v1', text: 'text 1' },
  blocked: false,
};
const send = (change: Partial<SendMessage>) => (state: ConversationState) =>
  sendMessage(state, { ...command, ...change });

describe('send a message', () => {
  it('takes the next sequence', () => {
    expect(given(group).whenAnew(send({}))).toEqual(events(sent(1)));
    expect(
      given(group, sent(1, 'dan'), deleted(1, 'dan')).whenAnew(
        send({ messageId: 'm2', clientMessageId: 'k2', content: { type: 'text.v1', text: 'text 2' } }),
      ),
    ).toEqual(events(sent(2)));
  });
  it('keeps odd Unicode as it is', () => {
    const content = { type: 'text.v1', text: '\ud800 e\u0301 \u202e 👩‍👩‍👧 \0' } as const;
    const decision = given(group).whenAnew(send({ content }));
    expect(decision).toMatchObject({ events: [{ data: { content } }] });
  });
  it('carries reply, mentions once each, and where it was forwarded from', () => {
    const forwardedFrom = { conversationId: 'c9', messageId: 'm9', senderId: 'zoe' };
    const decision = given(group, sent(1, 'dan')).whenAnew(
      send({ replyTo: 1, mentions: ['dan', 'anna', 'dan'], forwardedFrom }),
    );
    expect(decision).toMatchObject({
      events: [{ data: { sequence: 2, replyTo: 1, mentions: ['dan', 'anna'], forwardedFrom } }],
    });
  });
  it('carries what clients have sealed', () => {
    const content = { type: 'sealed.v1', scheme: 'mls10', ciphertext: 'AAEC' } as const;
    const decision = given(group).whenAnew(send({ content }));
    expect(decision).toMatchObject({ events: [{ data: { content } }] });
  });

  it.each([
    ['a stranger', group, 'eve', 'conversation_not_found'],
    ['a reader of a channel', channel, 'cleo', 'forbidden'],
    ['a stranger to a channel', channel, 'eve', 'conversation_not_found'],
  ] as const)('is refused to %s', (_, history, actorId, code) => {
    expect(given(history).whenAnew(send({ actorId }))).toEqual(refused(code));
  });
  it('is refused to a former member and before the start alike', () => {
    expect(given(group, left('cleo', 0)).whenAnew(send({}))).toEqual(refused('conversation_not_found'));
    expect(given().whenAnew(send({}))).toEqual(refused('conversation_not_found'));
  });
  it('is allowed to the admins of a channel', () => {
    expect(given(channel).whenAnew(send({ actorId: 'ben' }))).toEqual(events(sent(1, 'ben')));
  });
  it('is refused in a direct conversation when blocked, and only there', () => {
    expect(given(direct).whenAnew(send({ actorId: 'ben', blocked: true }))).toEqual(refused('message_refused'));
    expect(given(group).whenAnew(send({ blocked: true }))).toEqual(events(sent(1)));
  });

  it.each([
    ['empty', '', 'invalid_text', 0],
    ['too large', 'é'.repeat(8_193), 'content_too_large', 16_386],
  ] as const)('is refused with %s text', (_, text, code, actualBytes) => {
    expect(given(group).whenAnew(send({ content: { type: 'text.v1', text } }))).toEqual(
      refused(code, { field: 'text', minBytes: 1, maxBytes: 16_384, actualBytes }),
    );
  });
  it('takes text of exactly the limit', () => {
    const text = '😀'.repeat(4_096);
    const decision = given(group).whenAnew(send({ content: { type: 'text.v1', text } }));
    expect(decision.ok).toEqual(true);
  });
  it.each([
    [{ scheme: '', ciphertext: 'AAEC' }, 'invalid_text', 'scheme'],
    [{ scheme: 'mls10', ciphertext: '' }, 'invalid_text', 'ciphertext'],
    [{ scheme: 'mls10', ciphertext: 'A'.repeat(32_769) }, 'content_too_large', 'ciphertext'],
  ] as const)('is refused with sealed content out of bounds %#', (sealed, code, field) => {
    const decision = given(group).whenAnew(send({ content: { type: 'sealed.v1', ...sealed } }));
    expect(decision).toMatchObject({ refusal: { code, details: { field } } });
  });
  it.each(['', 'x'.repeat(65)])('is refused with a clientMessageId out of bounds', (clientMessageId) => {
    const details = {
      field: 'clientMessageId',
      minBytes: 1,
      maxBytes: 64,
      actualBytes: clientMessageId.length,
    } as const;
    expect(given(group).whenAnew(send({ clientMessageId }))).toEqual(refused('invalid_text', details));
  });

  it.each([
    ['not yet there', 3],
    ['not a sequence', 0],
    ['from before one joined', 1],
  ])('is refused as a reply to a message %s', (_, replyTo) => {
    expect(given(group, sent(1), added('eve', 1), sent(2)).whenAnew(send({ actorId: 'eve', replyTo }))).toEqual(
      refused('reply_target_missing'),
    );
  });
  it('is refused as a reply to what was said while one was away', () => {
    const history = [group, sent(1), left('dan', 1), sent(2), added('dan', 2), sent(3)];
    expect(given(...history).whenAnew(send({ actorId: 'dan', replyTo: 2 }))).toEqual(refused('reply_target_missing'));
    const decision = given(...history).whenAnew(send({ actorId: 'dan', replyTo: 1 }));
    expect(decision.ok).toEqual(true);
  });

  it('is refused with a mention of somebody who is not a member now', () => {
    expect(given(group, left('dan', 0)).whenAnew(send({ mentions: ['anna', 'dan', 'eve'] }))).toEqual(
      refused('mention_not_member', { userIds: ['dan', 'eve'] }),
    );
  });
  it('is refused with too many mentions, but not for their number when they are as many as may be', () => {
    const mentions = Array.from({ length: limits.mentionsPerMessage + 1 }, (_, i) => `u${i}`);
    expect(given(group).whenAnew(send({ mentions: mentions.slice(1) }))).toMatchObject({
      refusal: { code: 'mention_not_member' },
    });
    expect(given(group).whenAnew(send({ mentions }))).toEqual(refused('mention_limit', { limit: 50, actual: 51 }));
  });
});
