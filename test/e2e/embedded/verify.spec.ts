import { conversationCommandRoutes, messageCommandRoutes, queryRoutes } from '@parley/protocol';
import type { Report } from '@parley/verifier';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parley } from '../../kit/operator.js';
import { register } from '../../kit/people.js';
import { ask } from '../../kit/rest.js';
import { startEmbedded, type TestServer } from '../../kit/server.js';

describe('parley verify', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startEmbedded();
    const [ann, bob] = [await register(server.url, 'ann'), await register(server.url, 'bob')];
    const body = { kind: 'group', title: 'Verified', memberIds: [bob.userId] } as const;
    const { token } = ann;
    const { conversationId } = await ask(server.url, conversationCommandRoutes.startConversation, { body, token });
    const params = { conversationId };
    for (const text of ['first words', 'last words']) {
      const message = { clientMessageId: text.replace(' ', '-'), content: { type: 'text.v1', text } };
      await ask(server.url, messageCommandRoutes.sendMessage, { params, body: message, token });
    }
    await vi.waitFor(async () => {
      const { data } = await ask(server.url, queryRoutes.listMessages, { params, token: bob.token });
      if (data.length < 2) throw new Error(`${data.length} of 2 messages can be read`);
    });
  });
  afterAll(() => server.dispose());

  it('says that everything is as the log says, while the server serves', async () => {
    const { code, out, err } = await parley(server.settings, 'verify');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Everything is as the log says.');
    expect(out).toMatch(/H {2}messages and notices of the history +3 {2}✓/);
  });

  it('tells what differs, with both sides, and ends with 1', async () => {
    await server.stop();
    const history = new DatabaseSync(join(server.dataDir, 'read', 'history.1.db'));
    history.exec(`UPDATE messages SET body = replace(body, 'last words', 'other words')`);
    history.close();
    const told = await parley(server.settings, 'verify');
    expect(told.code).toBe(1);
    expect(told.out).toMatch(/H cnv_\w+: message 2\n {2}log {2}.*last words.*\n {2}row {2}.*other words/);
    const { code, out } = await parley(server.settings, 'verify', '--json');
    expect(code).toBe(1);
    const { different, isClean } = JSON.parse(out) as Report;
    expect({ isClean, different: different.H }).toEqual({ isClean: false, different: 1 });
  });

  it('repairs what differs, and only that, while the server serves', async () => {
    expect(await parley(server.settings, 'verify', '--repair')).toMatchObject({
      code: 1,
      err: expect.stringContaining('No server runs on'),
    });
    server = await server.restart();
    const { code, out } = await parley(server.settings, 'verify', '--repair');
    expect(out).toMatch(
      /Building history anew.[^]*1 different.[^]*Switched to the new one.[^]*Everything is as the log/,
    );
    expect(out).not.toMatch(/Building (?!history)/);
    expect(code).toBe(0);
  });

  it('says what is wrong with what it is asked', async () => {
    expect(await parley(server.settings, 'verify', '--examples', 'many')).toMatchObject({ code: 2 });
    const nowhere = { ...server.settings, PARLEY_DATA_DIR: join(server.dataDir, 'nowhere') };
    const { code, err } = await parley(nowhere, 'verify');
    expect(code).toBe(1);
    expect(err).toMatch(/^there is no event log in /i);
  });
});
