import { conversationCommandRoutes, messageCommandRoutes, queryRoutes } from '@parley/protocol';
import type { Report } from '@parley/verifier';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parley } from '../kit/operator.js';
import { type Person, register } from '../kit/people.js';
import { ask } from '../kit/rest.js';
import { startServer, type TestServer } from '../kit/server.js';

describe('parley verify, beside whatever serves', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
    const { url } = server;
    const [ann, bob, cleo] = (await Promise.all(['ann', 'bob', 'cleo'].map((name) => register(url, name)))) as [
      Person,
      Person,
      Person,
    ];
    const { token } = ann;
    const { conversationId } = await ask(url, conversationCommandRoutes.startConversation, {
      body: { kind: 'group', title: 'Verified', memberIds: [bob.userId, cleo.userId] },
      token,
    });
    const params = { conversationId };
    for (const text of ['first words', 'middle words', 'last words']) {
      const body = { clientMessageId: text.replace(' ', '-'), content: { type: 'text.v1', text } } as const;
      await ask(url, messageCommandRoutes.sendMessage, { params, body, token });
    }
    const first = { ...params, sequence: 1 };
    const content = { type: 'text.v1', text: 'other words' } as const;
    await ask(url, messageCommandRoutes.editMessage, { params: first, body: { content }, token });
    await ask(url, messageCommandRoutes.deleteMessage, { params: { ...params, sequence: 2 }, token });
    await ask(url, conversationCommandRoutes.removeMember, { params: { ...params, userId: cleo.userId }, token });
    await vi.waitFor(async () => {
      const { data } = await ask(url, queryRoutes.listMessages, { params, token: bob.token });
      if (data.length < 3) throw new Error(`${data.length} of 3 messages can be read`);
    });
  });
  afterAll(() => server.dispose());

  it('finds all rows as the log says, and has looked at every kind', async () => {
    const { code, out, err } = await parley(server.settings, 'verify', '--json');
    expect(err).toBe('');
    const { compared, examples, unsettled } = JSON.parse(out) as Report;
    expect({ code, examples, unsettled }).toEqual({ code: 0, examples: [], unsettled: [] });
    for (const check of ['E', 'H', 'M', 'W', 'I', 'S', 'P'] as const) expect(compared[check]).toBeGreaterThan(0);
  });
});
