import type { ConversationEvent } from '@parley/events';
import { describe, expect, it } from 'vitest';
import { refused, scenarios } from '../../given-when-then.kit.js';
import { aboutMessage, added, channel, deleted, direct, group, left, sent } from '../conversation.kit.js';
import { conversationDefinition, type ConversationState } from '../index.js';
import { deleteMessage, editMessage, type EditMessage } from './change-message.js';

const { given, events } = scenarios(conversationDefinition, expect);

type History = readonly ConversationEvent[];
const newText = { type: 'text.v1', text: 'mended' } as const;

const edit =
  (actorId: string, sequence: number, change: Partial<EditMessage> = {}) =>
  (state: ConversationState, history: History) =>
    editMessage(state, { ...aboutMessage(history, actorId, sequence), content: newText, blocked: false, ...change });

const edited = (change: object = {}): ConversationEvent => ({
  type: 'MessageEdited.v1',
  data: { sequence: 1, content: newText, editedBy: 'cleo', ...change },
});

describe('edit a message', () => {
  it('changes one’s own text', () => {
    expect(given(group, sent(1)).when(edit('cleo', 1))).toEqual(events(edited()));
  });
  it('changes the mentions alone', () => {
    expect(given(group, sent(1), edited()).when(edit('cleo', 1, { mentions: ['dan', 'dan'] }))).toEqual(
      events(edited({ mentions: ['dan'] })),
    );
    expect(given(group, sent(1), edited({ mentions: ['dan'] })).when(edit('cleo', 1))).toEqual(
      events(edited({ unmentioned: ['dan'] })),
    );
  });
  it('says whom it mentions no longer', () => {
    const mentions = ['anna', 'ben'];
    expect(given(group, sent(1), edited({ mentions: ['ben', 'dan'] })).when(edit('cleo', 1, { mentions }))).toEqual(
      events(edited({ mentions, unmentioned: ['dan'] })),
    );
  });
  it('does nothing when it says so already', () => {
    expect(given(group, sent(1), edited()).when(edit('cleo', 1))).toEqual(events());
  });
  it.each([
    ['of somebody else', [group, sent(1)], 'anna', 'not_your_message'],
    ['that is deleted', [group, sent(1), deleted(1)], 'cleo', 'message_deleted'],
    ['that does not exist', [group], 'cleo', 'message_not_found'],
    ['for a stranger', [group, sent(1)], 'eve', 'conversation_not_found'],
    ['for a former member', [group, sent(1), left('cleo', 1)], 'cleo', 'conversation_not_found'],
    ['from before one joined', [group, sent(1), added('eve', 1)], 'eve', 'message_not_found'],
    ['without the right to send', [channel, sent(1)], 'cleo', 'forbidden'],
  ] as const)('is refused for a message %s', (_, history, actorId, code) => {
    expect(given(...history).when(edit(actorId, 1))).toEqual(refused(code));
  });
  it('is refused in a direct conversation when blocked: an edit says something new', () => {
    expect(given(direct, sent(1, 'ben')).when(edit('ben', 1, { blocked: true }))).toEqual(refused('message_refused'));
  });
  it('is refused for and into anything but text', () => {
    const sealed = { type: 'sealed.v1', scheme: 'mls10', ciphertext: 'AAEC' } as const;
    expect(given(group, sent(1)).when(edit('cleo', 1, { content: sealed }))).toEqual(refused('not_editable'));
    const data = { sequence: 1, messageId: 'm1', clientMessageId: 'k1', senderId: 'cleo', content: sealed };
    expect(given(group, { type: 'MessageSent.v1', data }).when(edit('cleo', 1))).toEqual(refused('not_editable'));
  });
  it('keeps to the limits of sending', () => {
    expect(given(group, sent(1)).when(edit('cleo', 1, { content: { type: 'text.v1', text: '' } }))).toEqual(
      refused('invalid_text', { field: 'text', minBytes: 1, maxBytes: 16_384, actualBytes: 0 }),
    );
    expect(given(group, sent(1)).when(edit('cleo', 1, { mentions: ['eve'] }))).toEqual(
      refused('mention_not_member', { userIds: ['eve'] }),
    );
  });
  it('is refused when the look-up is of another message', () => {
    expect(
      given(group, sent(1), sent(2)).when((state, history) =>
        editMessage(state, { ...aboutMessage(history, 'cleo', 2), sequence: 1, content: newText, blocked: false }),
      ),
    ).toEqual(refused('message_not_found'));
  });
});

const remove = (actorId: string) => (state: ConversationState, history: History) =>
  deleteMessage(state, aboutMessage(history, actorId, 1));

describe('delete a message', () => {
  it('deletes one’s own', () => {
    expect(given(group, sent(1)).when(remove('cleo'))).toEqual(events(deleted(1)));
  });
  it('says whom the message mentioned', () => {
    const deletion = {
      type: 'MessageDeleted.v1',
      data: { sequence: 1, unmentioned: ['dan'], deletedBy: 'cleo' },
    } as const;
    expect(given(group, sent(1), edited({ mentions: ['dan'] })).when(remove('cleo'))).toEqual(events(deletion));
  });
  it('deletes one’s own in a channel after losing the right to send', () => {
    expect(given(channel, sent(1)).when(remove('cleo'))).toEqual(events(deleted(1)));
  });
  it('lets an admin delete anybody’s, the owner’s too', () => {
    expect(given(group, sent(1, 'anna')).when(remove('ben'))).toEqual(events(deleted(1, 'ben')));
  });
  it('does nothing when it is deleted', () => {
    expect(given(group, sent(1), deleted(1)).when(remove('anna'))).toEqual(events());
  });
  it('unpins it', () => {
    const { state } = given(group, sent(1), { type: 'MessagePinned.v1', data: { sequence: 1, pinnedBy: 'dan' } });
    expect(state).toMatchObject({ pins: [1] });
    expect(conversationDefinition.evolve(state, deleted(1))).toMatchObject({ pins: [] });
  });
  it.each([
    ['a member', [group, sent(1)], 'dan', 'forbidden'],
    ['the other in a direct conversation', [direct, sent(1, 'anna')], 'ben', 'forbidden'],
    ['a stranger', [group, sent(1)], 'eve', 'conversation_not_found'],
    ['somebody who joined later', [group, sent(1), added('eve', 1)], 'eve', 'message_not_found'],
  ] as const)('is refused to %s', (_, history, actorId, code) => {
    expect(given(...history).when(remove(actorId))).toEqual(refused(code));
  });
});
