import { spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { conversationCommandRoutes, messageCommandRoutes } from '@parley/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { operatorToken, parley } from '../../kit/operator.js';
import { register } from '../../kit/people.js';
import { ask } from '../../kit/rest.js';
import { environmentOf, parleyCommand } from '../../kit/server-process.js';
import { startEmbedded, type TestServer } from '../../kit/server.js';

/** One bit, wherever this text stands in the file. */
function flipEach(path: string, text: string): void {
  const bytes = readFileSync(path);
  const handle = openSync(path, 'r+');
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
    writeSync(handle, Buffer.from([bytes.readUInt8(at) ^ 1]), 0, 1, at);
  }
  closeSync(handle);
}

describe('a log that is not what was written', () => {
  let server: TestServer;
  let file: string;
  beforeEach(async () => {
    server = await startEmbedded();
    file = join(server.dataDir, 'log.db');
    const ann = await register(server.url, 'ann');
    const bob = await register(server.url, 'bob');
    const { conversationId } = await ask(server.url, conversationCommandRoutes.startConversation, {
      token: ann.token,
      body: { kind: 'group', title: 'Damaged', memberIds: [bob.userId] },
    });
    for (let n = 0; n < 60; n++) {
      await ask(server.url, messageCommandRoutes.sendMessage, {
        params: { conversationId },
        token: ann.token,
        body: { clientMessageId: `m-${n}`, content: { type: 'text.v1', text: `message ${n}` } },
      });
    }
  });
  afterEach(() => server.dispose());

  it.each([
    ['emptied', () => 0],
    ['cut off', () => 32 + 24 + 4_096],
  ])('is refused at the start when its write-ahead log was %s', async (_what, size) => {
    await server.kill();
    truncateSync(`${file}-wal`, size());
    expect(await refusal()).toMatch(/was lost|is damaged|cut off|no event log/);
    expect(await parley(server.settings, 'verify')).toMatchObject({ code: 1, out: '' });
  });

  it('is refused at the start when the page of its last event is gone', async () => {
    await server.stop();
    change((bytes, at) => bytes.fill(0xa5, at - (at % 4_096), at - (at % 4_096) + 4_096));
    expect(await refusal()).toMatch(/damaged|malformed/);
  });

  it('says where one byte of an event is different', async () => {
    await server.stop();
    const position = change((bytes, at) => bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at));
    const { code, err, out } = await parley(server.settings, 'verify');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(`the event at position ${position} is not what was written`);
  });

  it('is served no further than an old event that is different, while the server runs', async () => {
    const db = new DatabaseSync(file, { readOnly: true });
    const row = db
      .prepare(`SELECT position, event_id AS id FROM events ORDER BY position DESC LIMIT 1 OFFSET 30`)
      .get();
    db.close();
    const { position, id } = row as { position: number; id: string };
    for (const path of [file, `${file}-wal`]) flipEach(path, id);
    const token = await operatorToken(server.settings, ['events:read', 'content:read']);
    const answer = await fetch(`${server.url}/v1/events`, { headers: { Authorization: `Bearer ${token}` } });
    const told = await answer.text().catch(() => '');
    expect(told).not.toContain('message 29');
    await vi.waitFor(() => expect(server.errorOutput() + told).toContain(`position ${position} `));
  });

  /** What `serve` says of it, which must be no stack trace; null: it was not refused. */
  async function refusal(): Promise<string | null> {
    const { code, err } = await parley(server.settings, 'serve', '--port=0');
    return code === 1 && !/^\s+at /m.test(err) ? err : null;
  }

  /** Changes the file where the last event's id stands in its row; answers its position. */
  function change(how: (bytes: Buffer, at: number) => void): number {
    const db = new DatabaseSync(file);
    const row = db.prepare(`SELECT position, event_id AS id FROM events ORDER BY position DESC LIMIT 1`).get();
    db.close();
    const { position, id } = row as { position: number; id: string };
    const bytes = readFileSync(file);
    how(bytes, bytes.indexOf(id));
    writeFileSync(file, bytes);
    return position;
  }
});

describe('a folder that cannot be written', () => {
  it('is said at the start, without a stack trace', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-read-only-'));
    chmodSync(folder, 0o555);
    // Root may write everywhere.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const env = environmentOf({ PARLEY_DATA_DIR: folder, PARLEY_PORT: '0' });
    const child = spawn(process.execPath, [...parleyCommand, 'serve'], {
      env,
      ...nobody,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said = await text(child.stderr);
    expect(said).toMatch(/^The server cannot start: .*(EACCES|EROFS)/m);
    expect(said).not.toMatch(/^\s+at /m);
    rmSync(folder, { recursive: true });
  });
});
