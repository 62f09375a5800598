import { randomInt } from 'node:crypto';
import {
  asOfRoutes,
  conversationCommandRoutes,
  type InboxEntry,
  messageCommandRoutes,
  type MessageView,
  queryRoutes,
  type Route,
} from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, register } from '../kit/people.js';
import { ask, call, type CallInput } from '../kit/rest.js';
import { startServer, type TestServer } from '../kit/server.js';
import { randomOf } from '../bench/prefill/random.js';

const steps = 60;

/** What somebody saw while the log ended at `position`. */
interface Seen {
  readonly position: string;
  readonly time: number;
  readonly entry: InboxEntry;
  readonly messages: readonly MessageView[];
  readonly members: readonly { readonly userId: string; readonly role: string }[];
  readonly read: readonly { readonly userId: string; readonly read: number }[];
}

describe('a conversation as of a moment', () => {
  let server: TestServer;
  let ann: Person;
  let bob: Person;
  let cleo: Person;
  let params: { readonly conversationId: string };

  /** Asks, and answers the position that can be read from. */
  const write = async (route: Route, person: Person, input: CallInput): Promise<string | null> => {
    const { status, text, headers } = await call(server.url, route, {
      ...input,
      params: { ...params, ...input.params },
      token: person.token,
    });
    if (status >= 400 && ![403, 404, 409, 422].includes(status)) throw new Error(`${status} ${text}`);
    return headers.get('Parley-Position');
  };
  const say = (person: Person, id: string, text: string, mentions: readonly string[] = []) =>
    write(messageCommandRoutes.sendMessage, person, {
      body: { clientMessageId: id, content: { type: 'text.v1', text }, mentions },
    });
  const read = <R extends Route>(route: R, person: Person, query: NonNullable<CallInput['query']> = {}) =>
    ask(server.url, route, { params, query, token: person.token });
  const positionNow = async (least: string | null): Promise<string> => {
    const headers: Record<string, string> = least === null ? {} : { 'Parley-Min-Position': least };
    const answer = await call(server.url, queryRoutes.getConversation, { params, token: ann.token, headers });
    return answer.headers.get('Parley-Position') ?? '';
  };
  /** Everything while nothing changes. */
  const look = async (person: Person, least: string | null): Promise<Seen> => {
    for (;;) {
      const position = await positionNow(least);
      const [entry, { data: messages }, { data: members }, { data: marks }] = [
        await read(queryRoutes.getConversation, person),
        await read(queryRoutes.listMessages, person, { limit: 200 }),
        await read(queryRoutes.listMembers, person),
        await read(queryRoutes.listReceipts, person),
      ];
      if ((await positionNow(null)) === position) {
        return { position, time: Date.now(), entry, messages, members, read: marks };
      }
    }
  };

  beforeAll(async () => {
    server = await startServer();
    [ann, bob, cleo] = [
      await register(server.url, 'ann'),
      await register(server.url, 'bob'),
      await register(server.url, 'cleo'),
    ];
    const body = { kind: 'group', title: 'Then', memberIds: [bob.userId] } as const;
    const { conversationId } = await ask(server.url, conversationCommandRoutes.startConversation, {
      body,
      token: ann.token,
    });
    params = { conversationId };
  });
  afterAll(() => server.dispose());

  it('is what a reader saw when the log ended there, but for what was deleted since', async () => {
    const seed = randomInt(2 ** 31);
    console.log(`seed ${seed}`);
    const chance = randomOf(seed);
    const int = (from: number, to: number): number => from + Math.floor(chance() * (to - from + 1));
    const pick = <T>(...values: readonly [T, ...T[]]): T => values[int(0, values.length - 1)] ?? values[0];
    const moments: Seen[] = [];
    let last = 0;
    const anyOf = (): number => int(1, Math.max(1, last));
    const actions: (() => Promise<string | null>)[] = [
      async () => say(pick(ann, bob), `m${++last}`, `word${int(1, 4)} number ${last}`, [bob.userId]),
      async () => say(ann, `m${++last}`, `plain ${last}`),
      async () =>
        write(messageCommandRoutes.editMessage, ann, {
          params: { sequence: anyOf() },
          body: { content: { type: 'text.v1', text: `edited word${int(1, 4)}` } },
        }),
      async () => write(messageCommandRoutes.deleteMessage, ann, { params: { sequence: anyOf() } }),
      async () => write(messageCommandRoutes.react, bob, { params: { sequence: anyOf(), emoji: pick('👍', '🎉') } }),
      async () => write(messageCommandRoutes.unreact, bob, { params: { sequence: anyOf(), emoji: '👍' } }),
      async () => write(messageCommandRoutes.pinMessage, ann, { params: { sequence: anyOf() } }),
      async () => write(messageCommandRoutes.unpinMessage, ann, { params: { sequence: anyOf() } }),
      async () => write(messageCommandRoutes.advanceWatermark, bob, { body: { read: anyOf() } }),
      async () => write(conversationCommandRoutes.changeConversation, ann, { body: { title: `Title ${last}` } }),
      async () => write(conversationCommandRoutes.addMembers, ann, { body: { userIds: [cleo.userId] } }),
      async () => write(conversationCommandRoutes.removeMember, ann, { params: { userId: cleo.userId } }),
    ];
    await say(ann, `m${++last}`, 'the first');
    for (let i = 0; i < steps; i++)
      moments.push(await look(bob, await (actions[int(0, actions.length - 1)]?.() ?? null)));

    const now = moments.at(-1);
    const deleted = new Map(
      now?.messages.filter((one) => one.deletedAt !== undefined).map((one) => [one.sequence, one]),
    );
    for (const { position, entry, messages, members, read: marks } of moments) {
      const then = await read(asOfRoutes.getConversationAsOf, bob, { position });
      expect(then.conversation, `seed ${seed}, position ${position}`).toEqual(entry.conversation);
      expect({ role: then.role, readState: then.readState }).toEqual({ role: entry.role, readState: entry.readState });
      const page = await read(asOfRoutes.listMessagesAsOf, bob, { position, limit: 200 });
      expect(page).toEqual({
        data: messages.map((message) => deleted.get(message.sequence) ?? message),
        hasMoreBefore: false,
        hasMoreAfter: false,
        asOf: position,
      });
      const { data: people } = await read(asOfRoutes.listMembersAsOf, bob, { position });
      expect(people).toMatchObject(members);
      expect(people.map(({ userId, read: upTo }) => ({ userId, read: upTo }))).toMatchObject(
        marks.map(({ userId, read: upTo }) => ({ userId, read: upTo })),
      );
    }
  });

  it('is found by the words it had then, and shows no text that was deleted since', async () => {
    await say(ann, 'teapot', 'a teapot for the harbour');
    const { position, messages } = await look(ann, null);
    const sequence = messages.at(-1)?.sequence ?? 0;
    await write(messageCommandRoutes.editMessage, ann, {
      params: { sequence },
      body: { content: { type: 'text.v1', text: 'a kettle' } },
    });
    await look(ann, null);
    const then = await read(asOfRoutes.listMessagesAsOf, bob, { position, query: 'teapot harb*' });
    expect(then.data.map(({ content }) => content)).toEqual([{ type: 'text.v1', text: 'a teapot for the harbour' }]);
    const now = await read(asOfRoutes.listMessagesAsOf, bob, { query: 'teapot' });
    expect(now.data).toEqual([]);

    await look(ann, await write(messageCommandRoutes.deleteMessage, ann, { params: { sequence } }));
    expect((await read(asOfRoutes.listMessagesAsOf, bob, { position, query: 'teapot' })).data).toEqual([]);
    const { data } = await read(asOfRoutes.listMessagesAsOf, bob, { position });
    expect(data.at(-1)).toMatchObject({ sequence, deletedBy: ann.userId });
    expect(JSON.stringify(data)).not.toContain('teapot for');
  });

  it('pages both ways, and offers moments that lead to each change', async () => {
    const { data: all, asOf } = await read(asOfRoutes.listMessagesAsOf, bob, { limit: 200 });
    const newest = await read(asOfRoutes.listMessagesAsOf, bob, { position: asOf, limit: 2 });
    expect(newest).toMatchObject({ data: all.slice(-2), hasMoreBefore: true, hasMoreAfter: false });
    const before = all.at(-2)?.sequence;
    const older = await read(asOfRoutes.listMessagesAsOf, bob, { position: asOf, limit: 2, before });
    expect(older).toMatchObject({ data: all.slice(-4, -2), hasMoreBefore: true, hasMoreAfter: true });
    const oldest = await read(asOfRoutes.listMessagesAsOf, bob, { position: asOf, limit: 2, after: 0 });
    expect(oldest).toMatchObject({ data: all.slice(0, 2), hasMoreBefore: false, hasMoreAfter: true });

    const { data: moments } = await read(asOfRoutes.listMoments, bob, { limit: 5 });
    expect(moments).toHaveLength(5);
    const { data: every } = await read(asOfRoutes.listMoments, bob, { limit: 500 });
    expect(every.every(({ events }) => events === 1)).toBe(true);
    expect(moments.reduce((sum, { events }) => sum + events, 0)).toBe(every.length);
    const at = every[0];
    const byTime = await read(asOfRoutes.getConversationAsOf, bob, { time: at?.time ?? '' });
    expect(byTime.conversation.title).toBe('Then');
  });

  it('shows a member nothing of before they joined and of while they were away', async () => {
    const before = await look(ann, await say(ann, 'before', 'not for dora'));
    const dora = await register(server.url, 'dora');
    const people = { body: { userIds: [dora.userId] } };
    await look(ann, await write(conversationCommandRoutes.addMembers, ann, people));
    const inside = await look(ann, await say(ann, 'inside', 'for dora'));
    const userId = { params: { userId: dora.userId } };
    await look(ann, await write(conversationCommandRoutes.removeMember, ann, userId));
    const refused = await call(server.url, asOfRoutes.listMessagesAsOf, {
      params,
      query: { position: inside.position },
      token: dora.token,
    });
    expect(refused.body).toMatchObject({ code: 'conversation_not_found' });
    const away = await look(ann, await say(ann, 'away', 'dora is away'));
    await look(ann, await write(conversationCommandRoutes.addMembers, ann, people));
    const early = await call(server.url, asOfRoutes.getConversationAsOf, {
      params,
      query: { position: before.position },
      token: dora.token,
    });
    expect(early.body).toMatchObject({ code: 'conversation_not_found' });
    for (const position of [inside.position, away.position]) {
      const { data, asOf } = await read(asOfRoutes.listMessagesAsOf, dora, { position });
      expect(data.map(({ content }) => content)).toEqual([{ type: 'text.v1', text: 'for dora' }]);
      expect(Number(asOf)).toBeLessThan(Number(away.position));
    }
  });

  it('says what is wrong with what it is asked', async () => {
    const token = bob.token;
    for (const query of [{ position: 1, time: '2026-01-01T00:00:00Z' }, { before: 1, after: 2 }, { query: '""' }]) {
      const { status, body } = await call(server.url, asOfRoutes.listMessagesAsOf, { params, query, token });
      expect({ status, body }).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    }
  });
});
