import { beforeEach, describe, expect, it } from 'vitest';
import { answerTo } from './answer.js';
import type { Command } from './command.js';
import { messageDifferences, pinDifferences } from './compare-standing.js';
import { FakeConversation } from './fake-conversation.kit.js';
import { Ledger } from './ledger.js';

let server: FakeConversation;
let ledger: Ledger;

beforeEach(() => {
  server = new FakeConversation();
  ledger = new Ledger(0);
});

/** Asks until it is answered, and keeps what the answer says. */
async function ask(userId: string, command: Command): Promise<void> {
  ledger.ask(userId, command);
  ledger.note(userId, command, await answerTo(server.apiOf(userId), command));
}

const send = (name: string): Command => ({ type: 'send', clientMessageId: name, text: `${name} v1` });
const done = (sequence: number) => ({ kind: 'done', sequence }) as const;
const edit = (text: string): Command => ({ type: 'edit', sequence: 1, text });
const on = (type: 'delete' | 'pin' | 'unpin'): Command => ({ type, sequence: 1 });
const reaction = (type: 'react' | 'unreact'): Command => ({ type, sequence: 1, emoji: '👍' });

const differences = (): readonly string[] => [
  ...messageDifferences(server.messages, ledger),
  ...pinDifferences(server.pins, ledger),
  ...ledger.mistakes.map(({ what }) => what),
];

describe('what must stand', () => {
  it('is what was answered last', async () => {
    await ask('ann', send('a'));
    await ask('ben', send('b'));
    for (const version of [2, 3]) await ask('ann', edit(`a v${version}`));
    for (const type of ['react', 'unreact', 'react'] as const) await ask('ben', reaction(type));
    for (const type of ['pin', 'unpin', 'pin'] as const) await ask('ann', on(type));
    expect(differences()).toEqual([]);
    await ask('ann', on('delete'));
    expect(differences()).toEqual([]);
    expect(ledger).toMatchObject({ answered: 11, changed: 9, last: 2 });
  });

  it.each(['lose the answer', 'lose the question'] as const)('stands once, though people %s', async (trouble) => {
    server.trouble(trouble, trouble);
    await ask('ann', send('a'));
    server.trouble(trouble);
    await ask('ann', edit('a v2'));
    server.trouble(trouble);
    await ask('ben', reaction('react'));
    server.trouble(trouble);
    await ask('ann', on('pin'));
    expect(differences()).toEqual([]);
    expect(ledger.answered).toBe(4);
    server.trouble(trouble);
    await ask('ann', on('delete'));
    expect(differences()).toEqual([]);
  });

  it('is not what an old edit says that comes over a newer one', async () => {
    await ask('ann', send('a'));
    server.trouble('keep it for later');
    await ask('ann', edit('a v2'));
    await ask('ann', edit('a v3'));
    expect(differences()).toEqual([]);
    server.carryOutLate();
    expect(differences()).toEqual(['1 says “a v2” instead of “a v3”']);
  });

  it('is no reaction and no pin that were taken back', async () => {
    await ask('ann', send('a'));
    server.trouble('keep it for later');
    await ask('ben', reaction('react'));
    await ask('ben', reaction('unreact'));
    server.trouble('keep it for later');
    await ask('ann', on('pin'));
    await ask('ann', on('unpin'));
    server.carryOutLate();
    expect(differences()).toEqual(['1 is pinned', '1 has the reaction ben 👍', '1 is among the pins']);
  });

  it('may be either after a refusal that a lost answer came before', async () => {
    await ask('ann', send('a'));
    await ask('ben', { type: 'block', userId: 'ann' });
    await ask('ann', edit('a v2'));
    expect(differences()).toEqual([]);
    await ask('ben', { type: 'unblock', userId: 'ann' });
    server.trouble('lose the answer');
    const lost = ask('ann', edit('a v3'));
    await ask('ben', { type: 'block', userId: 'ann' });
    await lost;
    expect(ledger.messages.get(1)?.text.value).toBe('a v1');
    expect(differences()).toEqual([]);
    await ask('ben', { type: 'unblock', userId: 'ann' });
    await ask('ann', edit('a v4'));
    server.messages[0] = { ...server.messages[0]!, content: { type: 'text.v1', text: 'a v3' } };
    expect(differences()).toEqual(['1 says “a v3” instead of “a v4”']);
  });

  it('is not there when it was refused', async () => {
    await ask('ben', { type: 'block', userId: 'ann' });
    await ask('ann', send('a'));
    expect(differences()).toEqual([]);
    await ask('ben', { type: 'unblock', userId: 'ann' });
    await server.apiOf('ann').carryOut(send('a'));
    expect(differences()).toEqual(['1 (a) was accepted from nobody']);
  });

  it('lets nobody be refused without a cause', async () => {
    await ask('ann', send('a'));
    server.messages.length = 0;
    await ask('ann', edit('a v2'));
    expect(differences()).toEqual(['1 is not there', expect.stringMatching(/^ann was refused .*: message_not_found$/)]);
  });
});

describe('messageDifferences', () => {
  beforeEach(async () => {
    for (const name of ['a', 'b', 'c']) await ask('ann', send(name));
  });

  it.each([
    ['a loss', [1, 3], ['2 is not there']],
    ['a double', [1, 2, 2, 3], ['2 is there again']],
    ['a wrong order', [2, 1, 3], ['1 stands behind 2']],
  ])('finds %s', (_, sequences, found) => {
    const messages = sequences.map((sequence) => server.messages[sequence - 1]!);
    expect(messageDifferences(messages, ledger)).toEqual(found);
  });

  it('finds a deletion that is lost, and one that nobody asked for', async () => {
    const before = server.messages[0]!;
    await ask('ann', on('delete'));
    server.messages[0] = before;
    server.messages[1] = { ...server.messages[1]!, deletedAt: 'now' };
    expect(differences()).toEqual(['1 is not deleted any more', '2 is deleted', '2 is not empty, though deleted']);
  });

  it('passes over what was there before', () => {
    expect(messageDifferences(server.messages, new Ledger(3))).toEqual([]);
  });

  it('finds one message in two places, and answers out of order', () => {
    ledger.note('ben', send('d'), done(2));
    ledger.note('ben', send('e'), done(5));
    ledger.note('ben', send('f'), done(4));
    expect(ledger.mistakes.map(({ fault }) => fault)).toEqual(['duplicated', 'outOfOrder']);
  });
});
