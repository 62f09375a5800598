import { type ConversationEvent, sees } from '@parley/events';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../decision.js';
import { scenarios } from '../given-when-then.kit.js';
import { added, aboutMessage, group, invited, joined, left, pinned, sent } from './conversation.kit.js';
import * as conversation from './index.js';

const { conversationDefinition: definition } = conversation;
const { fold } = scenarios(definition, expect);

type State = conversation.ConversationState;
type Decide = (state: State, history: readonly ConversationEvent[]) => Decision<ConversationEvent>;

/** Few people and messages, so that commands meet. */
const person = fc.constantFrom('anna', 'ben', 'cleo', 'dan', 'eve', 'fay');
const sequence = fc.integer({ min: 0, max: 6 });
const emoji = fc.constantFrom('👍', '🎉');
const text = fc.constantFrom('one', 'two');
const kind = fc.constantFrom('group' as const, 'channel' as const);

/** Any command but sending, which means something new each time. */
const repeatable: fc.Arbitrary<Decide> = fc.oneof(
  fc.tuple(person, kind).map(([actorId, kind]): Decide => {
    const command = { conversationId: 'c1', kind, actorId, title: null, description: null, memberIds: ['ben', 'cleo'] };
    return (state) => conversation.startGroupOrChannel(state, command);
  }),
  fc.tuple(person, text).map(
    ([actorId, title]): Decide =>
      (s) =>
        conversation.renameConversation(s, { actorId, title }),
  ),
  fc.tuple(person, fc.array(person, { maxLength: 3 })).map(
    ([actorId, userIds]): Decide =>
      (s) =>
        conversation.addMembers(s, { actorId, userIds }),
  ),
  fc.tuple(person, person).map(
    ([actorId, userId]): Decide =>
      (s) =>
        conversation.removeMember(s, { actorId, userId }),
  ),
  person.map(
    (actorId): Decide =>
      (s) =>
        conversation.leaveConversation(s, { actorId }),
  ),
  fc.tuple(person, person, fc.constantFrom('admin' as const, 'member' as const)).map(
    ([actorId, userId, role]): Decide =>
      (s) =>
        conversation.changeRole(s, { actorId, userId, role }),
  ),
  fc.tuple(person, person).map(
    ([actorId, userId]): Decide =>
      (s) =>
        conversation.transferOwnership(s, { actorId, userId }),
  ),
  fc.tuple(person, emoji, fc.option(fc.constantFrom(1, 2))).map(([actorId, inviteId, maxUses]): Decide => {
    const command = { actorId, inviteId, codeHash: inviteId, expiresAt: null, maxUses, now: 0 };
    return (s) => conversation.createInvite(s, command);
  }),
  fc.tuple(person, emoji).map(
    ([actorId, inviteId]): Decide =>
      (s) =>
        conversation.revokeInvite(s, { actorId, inviteId }),
  ),
  fc.tuple(person, emoji).map(
    ([actorId, codeHash]): Decide =>
      (s) =>
        conversation.joinByInvite(s, { actorId, codeHash, now: 0 }),
  ),
  fc.tuple(person, sequence, text).map(([actorId, sequence, text]): Decide => {
    const content = { type: 'text.v1' as const, text };
    return (s, h) => conversation.editMessage(s, { ...aboutMessage(h, actorId, sequence), content, blocked: false });
  }),
  fc.tuple(person, sequence).map(
    ([actorId, sequence]): Decide =>
      (s, h) =>
        conversation.deleteMessage(s, aboutMessage(h, actorId, sequence)),
  ),
  fc.tuple(person, sequence, emoji).map(([actorId, sequence, emoji]): Decide => (s, h) => {
    return conversation.addReaction(s, { ...aboutMessage(h, actorId, sequence), emoji, blocked: false });
  }),
  fc.tuple(person, sequence, emoji).map(([actorId, sequence, emoji]): Decide => (s, h) => {
    return conversation.removeReaction(s, { ...aboutMessage(h, actorId, sequence), emoji });
  }),
  fc.tuple(person, sequence).map(([actorId, sequence]): Decide => (s, h) => {
    return conversation.pinMessage(s, { ...aboutMessage(h, actorId, sequence), blocked: false });
  }),
  fc.tuple(person, sequence).map(
    ([actorId, sequence]): Decide =>
      (s) =>
        conversation.unpinMessage(s, { actorId, sequence }),
  ),
);

const send = (actorId: string): Decide => {
  const content = { type: 'text.v1', text: 'hello' } as const;
  return (s) => conversation.sendMessage(s, { actorId, messageId: 'm', clientMessageId: 'k', content, blocked: false });
};

const commands = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: person.map((actorId) => ({ decide: send(actorId), repeats: false })) },
    { weight: 5, arbitrary: repeatable.map((decide) => ({ decide, repeats: true })) },
  ),
  { maxLength: 60 },
);

const eventsOf = (decision: Decision<ConversationEvent>) => (decision.ok ? decision.events : []);

/** The history that the commands make, beginning with a started group or with nothing. */
function run(from: readonly ConversationEvent[], list: readonly { decide: Decide; repeats: boolean }[]) {
  const history = [...from];
  let state = fold(history);
  for (const { decide, repeats } of list) {
    const events = eventsOf(decide(state, history));
    history.push(...events);
    state = events.reduce(definition.evolve, state);
    const again = repeats ? eventsOf(decide(state, history)) : [];
    expect(again, 'said twice').toEqual([]);
  }
  return { history, state };
}

const beginnings = fc.constantFrom<readonly ConversationEvent[]>([], [group]);

describe('after any commands', () => {
  it('messages are numbered 1, 2, 3, … and no command said twice does anything', () => {
    fc.assert(
      fc.property(beginnings, commands, (beginning, list) => {
        const { history, state } = run(beginning, list);
        const sequences = history.flatMap((event) => (event.type === 'MessageSent.v1' ? [event.data.sequence] : []));
        expect(sequences).toEqual(sequences.map((_, i) => i + 1));
        const last = state.phase === 'started' ? state.lastSequence : 0;
        expect(last).toBe(sequences.length);
      }),
      { numRuns: 200 },
    );
  });

  it('everybody sees exactly what was said while they were members', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { history, state } = run([group], list);
        if (state.phase === 'not-started') throw new Error('not started');
        const present = new Set<string>();
        const seen = new Map<string, number[]>();
        for (const event of history) {
          if (event.type === 'ConversationStarted.v1')
            event.data.members.forEach((member) => present.add(member.userId));
          if (event.type === 'MemberAdded.v1' || event.type === 'MemberJoined.v1') present.add(event.data.userId);
          if (event.type === 'MemberLeft.v1' || event.type === 'MemberRemoved.v1') present.delete(event.data.userId);
          if (event.type !== 'MessageSent.v1') continue;
          for (const userId of present) seen.set(userId, [...(seen.get(userId) ?? []), event.data.sequence]);
        }
        expect(new Set(conversation.memberIds(state))).toEqual(present);
        expect(state.memberCount).toBe(present.size);
        const all = Array.from({ length: state.lastSequence + 1 }, (_, i) => i);
        for (const [userId, { windows }] of state.people) {
          expect(all.filter((sequence) => sees(windows, sequence))).toEqual(seen.get(userId) ?? []);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('a group with members has one owner, who is a member', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { state } = run([group], list);
        if (state.phase === 'not-started') throw new Error('not started');
        const owners = [...state.people].filter(([, { role }]) => role === 'owner').map(([userId]) => userId);
        expect(owners).toEqual(state.memberCount === 0 ? [] : [state.ownerId]);
      }),
    );
  });

  it('a snapshot is the state', () => {
    fc.assert(
      fc.property(beginnings, commands, (beginning, list) => {
        const { state } = run(beginning, list);
        const snapshot = JSON.parse(JSON.stringify(definition.toSnapshot(state))) as unknown;
        expect(definition.fromSnapshot(snapshot)).toEqual(state);
      }),
    );
  });
});

describe('the state', () => {
  it('does not grow with messages, and a message shares everything with the state before', () => {
    const before = fold([group, sent(1)]);
    const after = definition.evolve(before, sent(2));
    expect(after).toEqual({ ...before, lastSequence: 2 });
    if (before.phase === 'not-started' || after.phase === 'not-started') throw new Error('not started');
    expect(after.people).toBe(before.people);
    expect(after.pins).toBe(before.pins);
    expect(after.invites).toBe(before.invites);
  });
  it('forgets used-up invites and the pins of deleted messages', () => {
    const state = fold([group, invited('i1', { maxUses: 1 }), joined('eve', 'i1', 0), sent(1), pinned(1)]);
    expect(state).toMatchObject({ invites: new Map(), pins: [1] });
  });
  it('keeps one window for who comes and goes while nothing is said', () => {
    const state = fold([group, sent(1), left('dan', 1), added('dan', 1), left('dan', 1), added('dan', 1), sent(2)]);
    expect(conversation.memberOf(state, 'dan')?.windows).toEqual([{ afterSequence: 0, untilSequence: null }]);
  });
  it('cannot begin in the middle', () => {
    expect(() => definition.evolve(definition.initial, sent(1))).toThrow('before ConversationStarted');
  });
});
