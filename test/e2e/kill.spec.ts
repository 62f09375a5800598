import { randomUUID } from 'node:crypto';
import { ParleyClient } from '@parley/client';
import { conversationCommandRoutes, eventRoutes, type MessageView, queryRoutes } from '@parley/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { operatorToken } from '../kit/operator.js';
import { password, register } from '../kit/people.js';
import { ask, urlOf } from '../kit/rest.js';
import { startServer, type TestServer } from '../kit/server.js';

const kills = 3;
const senders = 4;
const messagesBetweenKills = 150;

describe('kill -9 in mid-load', () => {
  let server: TestServer | null = null;
  const clients: ParleyClient[] = [];
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await server?.dispose();
    server = null;
  });

  it(
    'loses no accepted message, doubles none, and every device ends with all of them in order',
    { timeout: 120_000 },
    async () => {
      server = await startServer();
      const { url } = server;
      const people = await Promise.all(Array.from({ length: senders }, (_, n) => register(url, `person${n}`)));
      const [owner, ...others] = people as [(typeof people)[number], ...typeof people];
      const { conversationId } = await ask(url, conversationCommandRoutes.startConversation, {
        token: owner.token,
        body: { kind: 'group', title: 'Under fire', memberIds: others.map(({ userId }) => userId) },
      });
      const heard = new Map<ParleyClient, MessageView[]>();
      for (const person of people) {
        const client = new ParleyClient({ url, pipeline: 8, connection: { backoffBaseMs: 20, backoffCapMs: 200 } });
        clients.push(client);
        const messages: MessageView[] = [];
        heard.set(client, messages);
        client.on('message', (message) => messages.push(message));
        await client.logIn({ username: person.username, password });
        await client.connect();
      }

      const accepted = new Map<string, number>();
      const sent: Promise<void>[] = [];
      const sendSome = (count: number): void => {
        for (let n = 0; n < count; n++) {
          const client = clients[n % clients.length] as ParleyClient;
          const clientMessageId = randomUUID();
          const answer = client.send(conversationId, `message ${sent.length}`, { clientMessageId });
          sent.push(answer.then(({ sequence }) => void accepted.set(clientMessageId, sequence)));
        }
      };
      for (let kill = 1; kill <= kills; kill++) {
        sendSome(messagesBetweenKills);
        // Somewhere in the middle: when a third of this round is accepted and the rest is under way.
        const enough = (kill - 1) * messagesBetweenKills + messagesBetweenKills / 3;
        await expect.poll(() => accepted.size, { timeout: 20_000, interval: 1 }).toBeGreaterThanOrEqual(enough);
        await server.kill();
        server = await server.restart();
      }
      sendSome(messagesBetweenKills);
      await Promise.all(sent);

      const total = (kills + 1) * messagesBetweenKills;
      const stored = await storedMessages(server, conversationId);
      expect(stored.map(({ sequence }) => sequence)).toEqual(Array.from({ length: total }, (_, n) => n + 1));
      expect(new Map(stored.map((message) => [message.clientMessageId, message.sequence]))).toEqual(accepted);
      for (const messages of heard.values()) {
        await expect.poll(() => messages.length, { timeout: 20_000 }).toBe(total);
        expect(messages.map(({ sequence }) => sequence)).toEqual(stored.map(({ sequence }) => sequence));
        expect(messages.map(({ clientMessageId }) => clientMessageId)).toEqual(
          stored.map(({ clientMessageId }) => clientMessageId),
        );
      }
      const { data } = await ask(url, queryRoutes.listMessages, {
        token: owner.token,
        params: { conversationId },
        query: { limit: 200 },
      });
      expect(data.map(({ sequence }) => sequence)).toEqual(stored.slice(-200).map(({ sequence }) => sequence));
    },
  );
});

interface StoredMessage {
  readonly sequence: number;
  readonly clientMessageId: string;
}

/** From the event log itself, not from what was projected. */
async function storedMessages(server: TestServer, conversationId: string): Promise<StoredMessage[]> {
  const token = await operatorToken(server.settings, ['events:read', 'content:read']);
  const path = urlOf(eventRoutes.replayEvents, {
    query: { stream: `conversation-${conversationId}`, type: 'MessageSent.v1' },
  });
  const answer = await fetch(server.url + path, { headers: { Authorization: `Bearer ${token}` } });
  const lines = (await answer.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { data: StoredMessage }).data);
}
