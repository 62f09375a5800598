import { describe, expect, it } from 'vitest';
import { scenarios } from '../../given-when-then.kit.js';
import { limits } from '../../limits.js';
import { direct, group } from '../conversation.kit.js';
import { conversationDefinition } from '../index.js';
import { type StartDirect, startDirect, type StartGroupOrChannel, startGroupOrChannel } from './start.js';

const { given } = scenarios(conversationDefinition, expect);

describe('start a direct conversation', () => {
  const command: StartDirect = { conversationId: 'd1', actorId: 'anna', otherId: 'ben', blocked: false };

  it('is between two people without roles', () => {
    given()
      .when((state) => startDirect(state, command))
      .thenEvents(direct);
  });
  it('is the same one when the other starts it', () => {
    given(direct)
      .when((state) => startDirect(state, { ...command, actorId: 'ben', otherId: 'anna' }))
      .thenNothing();
  });
  it('stays the same one when somebody has blocked since', () => {
    given(direct)
      .when((state) => startDirect(state, { ...command, blocked: true }))
      .thenNothing();
  });
  it('is refused without saying why when blocked', () => {
    given()
      .when((state) => startDirect(state, { ...command, blocked: true }))
      .thenRefused('message_refused');
  });
  it('is not with oneself', () => {
    given()
      .when((state) => startDirect(state, { ...command, otherId: 'anna' }))
      .thenRefused('self_not_allowed');
  });
  it('is not for a third person who has come upon the id', () => {
    given(direct)
      .when((state) => startDirect(state, { ...command, actorId: 'eve' }))
      .thenRefused('conversation_exists');
  });
});

describe('start a group or channel', () => {
  const command: StartGroupOrChannel = {
    conversationId: 'c1',
    kind: 'group',
    actorId: 'anna',
    title: 'Trip',
    description: null,
    memberIds: ['ben', 'anna', 'cleo', 'ben'],
  };

  it('makes the starter the owner and everybody else a member once', () => {
    given()
      .when((state) => startGroupOrChannel(state, command))
      .thenEvents({
        type: 'ConversationStarted.v1',
        data: {
          conversationId: 'c1',
          kind: 'group',
          title: 'Trip',
          description: null,
          members: [
            { userId: 'anna', role: 'owner' },
            { userId: 'ben', role: 'member' },
            { userId: 'cleo', role: 'member' },
          ],
          startedBy: 'anna',
        },
      });
  });
  it('is refused under the id of somebody else’s', () => {
    given(group)
      .when((state) => startGroupOrChannel(state, { ...command, actorId: 'eve' }))
      .thenRefused('conversation_exists');
  });
  it('is refused with too many people', () => {
    const memberIds = Array.from({ length: limits.membersAtStart }, (_, i) => `u${i}`);
    given()
      .when((state) => startGroupOrChannel(state, { ...command, memberIds }))
      .thenRefused('member_limit', { limit: limits.membersAtStart, actual: limits.membersAtStart + 1 });
  });
  it.each([
    ['title_too_long', { title: 'é'.repeat(129) }, { field: 'title', minBytes: 1, maxBytes: 256, actualBytes: 258 }],
    ['invalid_text', { title: '' }, { field: 'title', minBytes: 1, maxBytes: 256, actualBytes: 0 }],
    [
      'description_too_long',
      { description: 'x'.repeat(2_049) },
      { field: 'description', minBytes: 0, maxBytes: 2_048, actualBytes: 2_049 },
    ],
  ] as const)('is refused with %s', (code, change, details) => {
    given()
      .when((state) => startGroupOrChannel(state, { ...command, ...change }))
      .thenRefused(code, details);
  });
});
