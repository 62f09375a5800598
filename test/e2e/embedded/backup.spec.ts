import { rmSync } from 'node:fs';
import { ParleyClient } from '@parley/client';
import { openLogReader } from '@parley/embedded';
import { conversationCommandRoutes } from '@parley/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { parley } from '../../kit/operator.js';
import { password, register } from '../../kit/people.js';
import { ask } from '../../kit/rest.js';
import { startEmbedded, type TestServer } from '../../kit/server.js';

describe('a backup taken under load', () => {
  let server: TestServer | null = null;
  let restored: TestServer | null = null;
  let client: ParleyClient | null = null;
  afterEach(async () => {
    await client?.close();
    await server?.dispose();
    await restored?.dispose();
  });

  it('has all that was accepted before it began, and restores to a system that verifies', async () => {
    server = await startEmbedded();
    const { url, dataDir, settings } = server;
    const [copy, home] = [`${dataDir}-backup`, `${dataDir}-restored`];
    const ann = await register(url, 'ann');
    const { conversationId } = await ask(url, conversationCommandRoutes.startConversation, {
      token: ann.token,
      body: { kind: 'group', title: 'Kept', memberIds: [(await register(url, 'bob')).userId] },
    });
    client = new ParleyClient({ url, pipeline: 8 });
    await client.logIn({ username: ann.username, password });
    await client.connect();

    const accepted = new Set<string>();
    const over = new AbortController();
    const talk = async (lane: number): Promise<void> => {
      for (let n = 0; !over.signal.aborted; n++) {
        const clientMessageId = `m-${lane}-${n}`;
        await client?.send(conversationId, clientMessageId, { clientMessageId });
        accepted.add(clientMessageId);
      }
    };
    const talks = Array.from({ length: 8 }, (_, lane) => talk(lane));
    await expect.poll(() => accepted.size, { timeout: 20_000 }).toBeGreaterThan(300);
    const before = new Set(accepted);
    const backup = await parley(settings, 'backup', '--to', copy);
    const meanwhile = accepted.size - before.size;
    over.abort();
    await Promise.all(talks);
    expect(backup).toMatchObject({ code: 0 });
    expect(meanwhile).toBeGreaterThan(0);
    expect(await parley(settings, 'backup', '--to', copy)).toMatchObject({ code: 1 });

    const moved = { ...settings, PARLEY_DATA_DIR: home };
    expect(await parley(moved, 'restore', '--from', copy)).toMatchObject({ code: 0 });
    expect((await parley(moved, 'restore', '--from', copy)).err).toMatch(/has an event log already/);
    restored = await startEmbedded({ dataDir: home });
    const log = openLogReader(home);
    const kept = new Set<string>();
    for (let after = 0, atEnd = false; !atEnd;) {
      const page = await log.readAll({ after });
      for (const { type, data } of page.events) {
        if (type === 'MessageSent.v1') kept.add((JSON.parse(data) as { clientMessageId: string }).clientMessageId);
      }
      ({ atEnd, considered: after } = page);
    }
    log.close();
    expect([...before].filter((id) => !kept.has(id))).toEqual([]);
    expect(await parley(moved, 'verify')).toMatchObject({ code: 0 });
    for (const folder of [copy, home]) rmSync(folder, { recursive: true });
  });
});
