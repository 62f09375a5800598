import { describe, expect, it } from 'vitest';
import { Random } from '../../demo/logs/random.js';
import { messageDifferences, pinDifferences } from './compare-standing.js';
import { type Actor, Conversation } from './conversation.js';
import { FakeConversation } from './fake-conversation.kit.js';
import { nextChange, type NextCommand } from './next-command.js';

const next: NextCommand = (ledger, userId, random) =>
  nextChange(userId === 'ann' ? 'ben' : null)(ledger, userId, random);

function conversationOf(server: FakeConversation, steps: number, pace = () => Promise.resolve()) {
  const over = { is: false };
  const actors = ['ann', 'ben'].map((userId): Actor => ({ userId, api: server.apiOf(userId) }));
  const options = { seed: 7, after: 0, steps, next, pace, isOver: () => over.is };
  return { conversation: new Conversation(actors, options), actors, over };
}

describe('a conversation in which things change', () => {
  it('asks for everything, as often as it may, and what was answered stands', async () => {
    const server = new FakeConversation();
    const { conversation } = conversationOf(server, 300);
    const random = new Random(1);
    for (let count = 0; count < 10; count++) server.trouble(random.pick(['lose the answer', 'lose the question']));
    await conversation.play();
    const { ledger } = conversation;
    expect(ledger.answered).toBe(600);
    expect(ledger.mistakes).toEqual([]);
    expect(messageDifferences(server.messages, ledger)).toEqual([]);
    expect(pinDifferences(server.pins, ledger)).toEqual([]);
    const due = [...ledger.messages.values()];
    expect(due.some(({ versions }) => versions > 3)).toBe(true);
    expect(due.some(({ deleted }) => deleted.value)).toBe(true);
    expect(due.some(({ pinned }) => pinned.value)).toBe(true);
    expect(due.some(({ reactions }) => [...reactions.values()].some(({ value }) => value))).toBe(true);
    expect(conversation.doing).toBe('');
  });

  it('ends with the load', async () => {
    const { conversation, over } = conversationOf(new FakeConversation(), 1_000, async () => {
      over.is = conversation.ledger.answered >= 10;
    });
    await conversation.play();
    expect(conversation.ledger.answered).toBeLessThan(13);
  });

  it('notices a block that is not heeded, and one that was to be over', async () => {
    const server = new FakeConversation();
    const { conversation, actors } = conversationOf(server, 0);
    const [ann, ben] = actors as [Actor, Actor];
    await conversation.tryBlock(ann, ben, 0);
    expect(conversation.ledger.mistakes).toEqual([]);
    const block = { type: 'block', userId: 'ben' } as const;
    conversation.ledger.note('ann', block, { kind: 'done', sequence: null });
    await conversation.tryBlock(ann, ben, 0);
    expect(conversation.ledger.mistakes).toMatchObject([{ fault: 'unauthorised' }]);
    await ann.api.carryOut(block);
    conversation.ledger.note('ann', { type: 'unblock', userId: 'ben' }, { kind: 'done', sequence: null });
    await conversation.tryBlock(ann, ben, 0);
    expect(conversation.ledger.mistakes.slice(1)).toMatchObject([{ fault: 'lost' }]);
  });
});
