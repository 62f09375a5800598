import { randomUUID } from 'node:crypto';
import {
  accountRoutes,
  type Change,
  conversationCommandRoutes,
  type MessageView,
  queryRoutes,
  searchRoutes,
  type ServerFrameOf,
} from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { password, type Person, register } from '../kit/people.js';
import { ask, call } from '../kit/rest.js';
import { startServer, type TestServer } from '../kit/server.js';
import { TestSocket } from '../kit/socket.js';

const changesOf = (socket: TestSocket): Change[] =>
  socket.frames.flatMap((frame) => (frame.type === 'changes' ? frame.changes : []));
const messagesOf = (socket: TestSocket): MessageView[] =>
  changesOf(socket).flatMap((change) => (change.kind === 'message' ? [change.message] : []));
const textOf = (message: MessageView | undefined): string | undefined =>
  message?.content?.type === 'text.v1' ? message.content.text : undefined;

describe('a group over real sockets', () => {
  let server: TestServer;
  let ann: Person;
  let ben: Person;
  let cleo: Person;
  const open: TestSocket[] = [];

  const live = async (person: Person, cursor?: string): Promise<TestSocket> => {
    const socket = await TestSocket.open(server.socketUrl);
    open.push(socket);
    socket.say({ type: 'hello', token: person.token, ...(cursor === undefined ? {} : { cursor }) });
    await socket.until(() => socket.find('caught_up'));
    return socket;
  };
  const startGroup = async (title: string, ...others: Person[]): Promise<string> => {
    const { conversationId } = await ask(server.url, conversationCommandRoutes.startConversation, {
      token: ann.token,
      body: { kind: 'group', title, memberIds: others.map(({ userId }) => userId) },
    });
    return conversationId;
  };
  beforeAll(async () => {
    server = await startServer();
    [ann, ben, cleo] = await Promise.all([
      register(server.url, 'ann'),
      register(server.url, 'ben'),
      register(server.url, 'cleo'),
    ]);
  });
  afterAll(async () => {
    await server.dispose();
  });

  it('brings a message to every device of every member, numbered from 1', async () => {
    const group = await startGroup('Lunch', ben);
    const [annHere, annThere, benHere] = await Promise.all([live(ann), live(await logInAgain(server, ann)), live(ben)]);
    const first = await say(annHere, group, 'Soup today? 🍜 汤');
    const second = await say(benHere, group, 'Gladly');
    expect([first.sequence, second.sequence]).toEqual([1, 2]);
    for (const socket of [annHere, annThere, benHere]) {
      const heard = await socket.until(() => {
        const messages = messagesOf(socket).filter((message) => message.conversationId === group);
        return messages.length === 2 && messages;
      });
      expect(heard.map(textOf)).toEqual(['Soup today? 🍜 汤', 'Gladly']);
      expect(heard.map(({ sequence }) => sequence)).toEqual([1, 2]);
    }
  });

  it('answers a repeated send with the same message, and refuses it with other content', async () => {
    const group = await startGroup('Once', ben);
    const socket = await live(ann);
    const frame = { type: 'send', conversationId: group, clientMessageId: 'once-and-for-all' };
    const content = { type: 'text.v1', text: 'Only once' };
    const answers = await Promise.all(Array.from({ length: 50 }, () => socket.request({ ...frame, content })));
    const places = answers.map((answer) =>
      answer.type === 'accepted' ? `${answer.messageId} ${answer.sequence}` : answer,
    );
    expect(new Set(places).size).toBe(1);
    const refused = await socket.request({ ...frame, content: { type: 'text.v1', text: 'Something else' } });
    expect(refused).toMatchObject({ type: 'error', code: 'idempotency_conflict' });
    const { data } = await ask(server.url, queryRoutes.listMessages, {
      token: ann.token,
      params: { conversationId: group },
      headers: minPosition(answers),
    });
    expect(data).toHaveLength(1);
  });

  it('edits, reacts, pins and deletes for all, and search follows', async () => {
    const group = await startGroup('Changes', ben);
    const [annHere, benHere] = await Promise.all([live(ann), live(ben)]);
    const word = `w${randomUUID().replaceAll('-', '')}`;
    const { sequence } = await say(annHere, group, `the old ${word}old`);
    await annHere.request({
      type: 'edit',
      conversationId: group,
      sequence,
      content: { type: 'text.v1', text: `the new ${word}new` },
    });
    await benHere.request({ type: 'react', conversationId: group, sequence, emoji: '👍' });
    const pinned = await benHere.request({ type: 'pin', conversationId: group, sequence });
    const state = await annHere.until(() => messagesOf(annHere).findLast(({ pinned: isPinned }) => isPinned === true));
    expect(state).toMatchObject({ reactions: [{ emoji: '👍', userIds: [ben.userId] }], editedAt: expect.any(String) });
    expect(await hits(ben, `${word}new`, pinned)).toEqual([sequence]);
    expect(await hits(ben, `${word}old`, pinned)).toEqual([]);
    const refused = await benHere.request({
      type: 'edit',
      conversationId: group,
      sequence,
      content: { type: 'text.v1', text: 'not mine' },
    });
    expect(refused).toMatchObject({ type: 'error', code: 'not_your_message' });
    const deleted = await annHere.request({ type: 'delete', conversationId: group, sequence });
    await benHere.until(() => messagesOf(benHere).some(({ deletedAt }) => deletedAt !== undefined));
    expect(messagesOf(benHere).at(-1)?.content).toBeUndefined();
    expect(await hits(ben, `${word}new`, deleted)).toEqual([]);
  });

  it('counts unread exactly, on all devices in step', async () => {
    const group = await startGroup('Unread', ben);
    const [annHere, benHere, benThere] = await Promise.all([live(ann), live(ben), live(await logInAgain(server, ben))]);
    let last: object = {};
    for (let n = 1; n <= 5; n++) last = await say(annHere, group, `number ${n}`);
    expect(await unread(ben, group, last)).toBe(5);
    await benHere.request({ type: 'read', conversationId: group, upTo: 3 });
    const heard = await benThere.until(() =>
      changesOf(benThere).find((change) => change.kind === 'readState' && change.readState.read === 3),
    );
    expect(heard).toMatchObject({ readState: { conversationId: group, unread: 2 } });
    const lower = await benHere.request({ type: 'read', conversationId: group, upTo: 1 });
    expect(lower.type).toBe('done');
    const past = await benHere.request({ type: 'read', conversationId: group, upTo: 6 });
    expect(past).toMatchObject({ type: 'error', code: 'watermark_past_end' });
    expect(await unread(ben, group, last)).toBe(2);
    const seen = await annHere.until(() =>
      changesOf(annHere).findLast(
        (change) => change.kind === 'receipts' && change.receipts.read.some(([upTo]) => upTo === 3),
      ),
    );
    expect(seen).toBeDefined();
  });

  it('shows a member what is said from joining to leaving, and nothing else', async () => {
    const group = await startGroup('Windows', ben);
    const [annHere, cleoHere] = await Promise.all([live(ann), live(cleo)]);
    await say(annHere, group, 'before');
    await ask(server.url, conversationCommandRoutes.addMembers, {
      token: ann.token,
      params: { conversationId: group },
      body: { userIds: [cleo.userId] },
    });
    await say(annHere, group, 'during');
    const away = await cleoHere.until(() => messagesOf(cleoHere).length > 0 && lastCursor(cleoHere));
    await cleoHere.close();
    await say(annHere, group, 'while away');
    await ask(server.url, conversationCommandRoutes.removeMember, {
      token: ann.token,
      params: { conversationId: group, userId: cleo.userId },
    });
    const after = await say(annHere, group, 'after');
    const back = await live(cleo, away);
    await back.until(() => changesOf(back).some(({ kind }) => kind === 'departed'));
    expect([...messagesOf(cleoHere), ...messagesOf(back)].map(textOf)).toEqual(['during', 'while away']);
    const history = await call(server.url, queryRoutes.listMessages, {
      token: cleo.token,
      params: { conversationId: group },
      headers: { 'Parley-Min-Position': after.position },
    });
    const nowhere = await call(server.url, queryRoutes.listMessages, {
      token: cleo.token,
      params: { conversationId: 'cnv_doesnotexist0000000000000000' },
    });
    expect(history.status).toBe(404);
    expect(withoutTrace(history.body)).toEqual(withoutTrace(nowhere.body));
    expect(await hits(cleo, 'during', after)).toEqual([]);
    const refused = await back.request({
      type: 'send',
      conversationId: group,
      clientMessageId: 'x',
      content: { type: 'text.v1', text: 'let me in' },
    });
    expect(refused).toMatchObject({ type: 'error', code: 'conversation_not_found' });
  });

  it('brings a device that was away to the same end as one that stayed', async () => {
    const group = await startGroup('Away', ben);
    const [annHere, benStays, benLeaves] = await Promise.all([
      live(ann),
      live(ben),
      live(await logInAgain(server, ben)),
    ]);
    const cursor = benLeaves.find('caught_up')?.cursor;
    await benLeaves.close();
    for (let n = 1; n <= 300; n++) await say(annHere, group, `line ${n}`);
    await annHere.request({
      type: 'edit',
      conversationId: group,
      sequence: 7,
      content: { type: 'text.v1', text: 'seven' },
    });
    const last = await annHere.request({ type: 'delete', conversationId: group, sequence: 9 });
    const position = last.type === 'done' ? Number(last.position) : 0;
    const back = await live(await logInAgain(server, ben), cursor);
    await benStays.until(() => changesOf(benStays).some((change) => Number(change.position) >= position));
    const stateOf = (socket: TestSocket): Map<number, MessageView> =>
      new Map(
        messagesOf(socket)
          .filter(({ conversationId }) => conversationId === group)
          .map((message) => [message.sequence, message]),
      );
    await back.until(() => stateOf(back).size === 300 && stateOf(back).get(9)?.deletedAt !== undefined);
    expect([...stateOf(back).entries()].sort(bySequence)).toEqual([...stateOf(benStays).entries()].sort(bySequence));
    expect(textOf(stateOf(back).get(7))).toBe('seven');
  });

  it('has said nothing that the AsyncAPI document does not know', () => {
    expect(open.length).toBeGreaterThan(0);
    expect(open.flatMap(({ mistakes }) => mistakes)).toEqual([]);
  });

  async function hits(person: Person, query: string, after: object): Promise<number[]> {
    const { data } = await ask(server.url, searchRoutes.search, {
      token: person.token,
      query: { query },
      headers: minPosition([after]),
    });
    return data.map(({ sequence }) => sequence);
  }

  async function unread(person: Person, conversationId: string, after: object): Promise<number> {
    const { readState } = await ask(server.url, queryRoutes.getConversation, {
      token: person.token,
      params: { conversationId },
      headers: minPosition([after]),
    });
    return readState.unread;
  }
});

const bySequence = ([one]: [number, unknown], [other]: [number, unknown]): number => one - other;

const lastCursor = (socket: TestSocket): string | undefined =>
  socket.frames.findLast((frame) => frame.type === 'changes' || frame.type === 'caught_up')?.cursor;

function minPosition(answers: readonly object[]): Record<string, string> {
  const positions = answers.map((answer) => Number('position' in answer ? answer.position : 0));
  return { 'Parley-Min-Position': String(Math.max(...positions)) };
}

const withoutTrace = (problem: unknown): unknown => ({ ...(problem as object), traceId: '' });

async function logInAgain(server: TestServer, person: Person): Promise<Person> {
  const body = { username: person.username, password, deviceName: 'another' };
  const answer = await ask(server.url, accountRoutes.logIn, { body });
  return { ...person, deviceId: answer.deviceId, token: answer.accessToken, refreshToken: answer.refreshToken };
}

async function say(socket: TestSocket, conversationId: string, text: string): Promise<ServerFrameOf<'accepted'>> {
  const answer = await socket.request({
    type: 'send',
    conversationId,
    clientMessageId: randomUUID(),
    content: { type: 'text.v1', text },
  });
  expect(answer).toMatchObject({ type: 'accepted' });
  return answer as ServerFrameOf<'accepted'>;
}
