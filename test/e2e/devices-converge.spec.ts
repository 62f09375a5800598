import { ParleyClient, type ParleyClientError, type RecordEntry } from '@parley/client';
import { conversationCommandRoutes, type MessageView, queryRoutes } from '@parley/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { password, type Person, register } from '../kit/people.js';
import { ask } from '../kit/rest.js';
import { startServer, type TestServer } from '../kit/server.js';

const seed = Number(process.env['PARLEY_TEST_SEED'] ?? Date.now() % 1_000_000);
const steps = 250;
const everybody = { timeout: 30_000 };

/** One device, whose connection can be cut from here. */
interface Device {
  readonly person: Person;
  readonly client: ParleyClient;
  readonly ledger: RecordEntry[];
  cut(): void;
}

function chance(): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

describe('devices whose connections break all the time', () => {
  let server: TestServer | null = null;
  const devices: Device[] = [];
  afterEach(async () => {
    await Promise.all(devices.splice(0).map(({ client }) => client.close()));
    await server?.dispose();
    server = null;
  });

  async function device(url: string, person: Person): Promise<Device> {
    const sockets: WebSocket[] = [];
    class CountedSocket extends WebSocket {
      constructor(address: string, protocols?: string[]) {
        super(address, protocols);
        sockets.push(this);
      }
    }
    const ledger: RecordEntry[] = [];
    const client = new ParleyClient({
      url,
      environment: { WebSocket: CountedSocket },
      connection: { backoffBaseMs: 30, backoffCapMs: 200 },
      limits: { messages: 20 },
      deliveredEveryMs: 100,
      record: (entry) => ledger.push(entry),
    });
    await client.logIn({ username: person.username, password });
    await client.connect();
    const made = { person, client, ledger, cut: () => sockets.at(-1)?.terminate() };
    devices.push(made);
    return made;
  }

  it(
    `end alike, and like the server: each message once and in order (seed ${seed})`,
    { timeout: 120_000 },
    async () => {
      server = await startServer();
      const { url } = server;
      const [owner, ann, ben] = await Promise.all(['owner', 'ann', 'ben'].map((name) => register(url, name)));
      if (owner === undefined || ann === undefined || ben === undefined) throw new Error('nobody registered');
      const rooms: string[] = [];
      for (const title of ['one', 'two']) {
        const body = { kind: 'group' as const, title, memberIds: [ann.userId, ben.userId] };
        const started = await ask(url, conversationCommandRoutes.startConversation, { token: owner.token, body });
        rooms.push(started.conversationId);
      }
      for (const person of [owner, ann, ann, ben]) await device(url, person);
      const [first] = devices;
      if (first === undefined) throw new Error('no device');

      const below = chance();
      const sent: Promise<unknown>[] = [];
      const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T;
      for (let step = 0; step < steps; step++) {
        const who = pick(devices);
        const room = pick(rooms);
        const last = who.client.window(room).at(-1)?.sequence ?? 1;
        const dice = below(100);
        if (dice < 60)
          sent.push(who.client.send(room, `step ${step}`, { mentions: [owner.userId] }).catch(onlyIfRemoved));
        else if (dice < 66)
          sent.push(who.client.react({ conversationId: room, sequence: last }, '👍').catch(onlyIfRemoved));
        else if (dice < 72) who.client.markRead(room);
        else if (dice < 90) who.cut();
        else if (dice < 95) await first.client.api.members.remove(room, ben.userId).catch(() => {});
        else await first.client.api.members.add(room, [ben.userId]);
        if (step % 5 === 0) await new Promise((resolve) => setTimeout(resolve, below(30)));
      }
      await Promise.all(sent);
      const ends = new Map<string, number>();
      for (const room of rooms) {
        await first.client.api.members.add(room, [ben.userId]);
        ends.set(room, (await first.client.send(room, 'the end')).sequence);
      }
      expect(devices).toHaveLength(4);
      for (const each of devices) for (const [room, end] of ends) await expectAsServer(url, each, room, end);
    },
  );

  async function expectAsServer(
    url: string,
    { person, client, ledger }: Device,
    conversationId: string,
    end: number,
  ): Promise<void> {
    let history: MessageView[] = [];
    const isShown = async (): Promise<number | undefined> => {
      history = await visible(url, person, conversationId);
      return history.at(-1)?.sequence;
    };
    await expect.poll(isShown, everybody).toBe(end);
    await expect.poll(() => client.window(conversationId).at(-1)?.sequence, everybody).toBe(end);
    await expect
      .poll(() => client.window(conversationId), everybody)
      .toEqual(history.slice(-client.window(conversationId).length));
    const received = ledger.filter((entry) => entry.event === 'received');
    const sequences = received
      .filter((entry) => entry.conversationId === conversationId)
      .map((entry) => entry.sequence);
    expect(sequences).toEqual(history.map(({ sequence }) => sequence));
    const entry = await client.api.conversations.get(conversationId);
    await expect
      .poll(() => pickUnread(client.conversation(conversationId)), everybody)
      .toEqual(pickUnread(entry.readState));
  }
});

/** Who was removed is refused; nothing else may fail. */
function onlyIfRemoved(error: unknown): void {
  const { code } = error as ParleyClientError;
  expect(['conversation_not_found', 'message_not_found']).toContain(code);
}

const pickUnread = (of: { read: number; unread: number; mentions: number } | undefined) =>
  of === undefined ? undefined : { read: of.read, unread: of.unread, mentions: of.mentions };

async function visible(url: string, { token }: Person, conversationId: string): Promise<MessageView[]> {
  const messages: MessageView[] = [];
  for (let more = true; more;) {
    const query = { after: messages.at(-1)?.sequence ?? 0, limit: 200 };
    const page = await ask(url, queryRoutes.listMessages, { token, params: { conversationId }, query });
    messages.push(...page.data);
    more = page.hasMoreAfter;
  }
  return messages;
}
