import { describe, expect, it } from 'vitest';
import { refused, scenarios } from '../../given-when-then.kit.js';
import { limits } from '../../limits.js';
import { direct, group } from '../conversation.kit.js';
import { conversationDefinition } from '../index.js';
import { type StartDirect, startDirect, type StartGroupOrChannel, startGroupOrChannel } from './start.js';

const { given, events } = scenarios(conversationDefinition, expect);

describe('start a direct conversation', () => {
  const command: StartDirect = { conversationId: 'd1', actorId: 'anna', otherId: 'ben', blocked: false };

  it('is between two people without roles', () => {
    expect(given().when((state) => startDirect(state, command))).toEqual(events(direct));
  });
  it('is the same one when the other starts it', () => {
    expect(given(direct).when((state) => startDirect(state, { ...command, actorId: 'ben', otherId: 'anna' }))).toEqual(
      events(),
    );
  });
  it('stays the same one when somebody has blocked since', () => {
    expect(given(direct).when((state) => startDirect(state, { ...command, blocked: true }))).toEqual(events());
  });
  it('is refused without saying why when blocked', () => {
    expect(given().when((state) => startDirect(state, { ...command, blocked: true }))).toEqual(
      refused('message_refused'),
    );
  });
  it('is not with oneself', () => {
    expect(given().when((state) => startDirect(state, { ...command, otherId: 'anna' }))).toEqual(
      refused('self_not_allowed'),
    );
  });
  it('is not for a third person who has come upon the id', () => {
    expect(given(direct).when((state) => startDirect(state, { ...command, actorId: 'eve' }))).toEqual(
      refused('conversation_exists'),
    );
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
    expect(given().when((state) => startGroupOrChannel(state, command))).toEqual(
      events({
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
      }),
    );
  });
  it('is refused under the id of somebody else’s', () => {
    expect(given(group).when((state) => startGroupOrChannel(state, { ...command, actorId: 'eve' }))).toEqual(
      refused('conversation_exists'),
    );
  });
  it('is refused with too many people, and no sooner', () => {
    const memberIds = Array.from({ length: limits.membersAtStart }, (_, i) => `u${i}`);
    expect(
      given().when((state) => startGroupOrChannel(state, { ...command, memberIds: memberIds.slice(1) })),
    ).toMatchObject({ ok: true });
    expect(given().when((state) => startGroupOrChannel(state, { ...command, memberIds }))).toEqual(
      refused('member_limit', { limit: limits.membersAtStart, actual: limits.membersAtStart + 1 }),
    );
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
    expect(given().when((state) => startGroupOrChannel(state, { ...command, ...change }))).toEqual(
      refused(code, details),
    );
  });
});
