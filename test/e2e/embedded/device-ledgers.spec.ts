import { ledgerLine, ParleyClient } from '@parley/client';
import { conversationCommandRoutes } from '@parley/protocol';
import type { DeviceReport } from '@parley/verifier';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parley } from '../../kit/operator.js';
import { password, register } from '../../kit/people.js';
import { ask } from '../../kit/rest.js';
import { startEmbedded, type TestServer } from '../../kit/server.js';

const shown = (what: () => unknown, due: unknown): Promise<void> =>
  vi.waitFor(
    () => {
      if (what() !== due) throw new Error(`${String(what())} is shown, not ${String(due)}`);
    },
    { timeout: 30_000 },
  );

describe('parley verify --device-logs', () => {
  let server: TestServer;
  const root = mkdtempSync(join(tmpdir(), 'parley-ledgers-'));
  const clients: ParleyClient[] = [];
  const ledger = (name: string): string => join(root, `${name}.ndjson`);

  /** Talk of three people on four devices, a killed server, one who leaves and comes back. */
  beforeAll(async () => {
    server = await startEmbedded();
    const { url } = server;
    const [ann, bob, eve] = [await register(url, 'ann'), await register(url, 'bob'), await register(url, 'eve')];
    const devices = { phone: ann, desk: ann, bob, eve };
    for (const [name, { username }] of Object.entries(devices)) {
      const client = new ParleyClient({
        url,
        connection: { backoffBaseMs: 20, backoffCapMs: 200 },
        deliveredEveryMs: 50,
        record: (entry) => appendFileSync(ledger(name), ledgerLine(entry)),
      });
      clients.push(client);
      await client.logIn({ username, password });
      await client.connect();
    }
    const body = { kind: 'group', title: 'Witnesses', memberIds: [bob.userId, eve.userId] } as const;
    const started = await ask(url, conversationCommandRoutes.startConversation, { body, token: ann.token });
    const room = started.conversationId;
    const [phone, desk, bobs, eves] = clients as [ParleyClient, ParleyClient, ParleyClient, ParleyClient];
    const talk = async (count: number, mentions: readonly string[] = []): Promise<void> => {
      const sent = Array.from({ length: count }, (_, n) =>
        ([phone, desk, bobs][n % 3] ?? phone).send(room, `line ${n}`, { mentions }),
      );
      await Promise.all(sent);
    };
    await shown(() => desk.conversation(room)?.conversation?.title, 'Witnesses');
    await shown(() => bobs.conversation(room)?.conversation?.title, 'Witnesses');
    const first = talk(60, [eve.userId]);
    await server.kill();
    server = await server.restart();
    await first;
    await phone.api.members.remove(room, eve.userId);
    await talk(9);
    await phone.api.members.add(room, [eve.userId]);
    await talk(9, [eve.userId]);
    bobs.markRead(room);
    const { sequence } = await phone.send(room, 'the end');
    for (const each of clients) {
      await shown(() => each.window(room).at(-1)?.sequence, sequence);
      // Both move on: the server's rows and what the device was told of them.
      await vi.waitFor(
        async () => {
          const { unread } = (await each.api.conversations.get(room)).readState;
          if (each.conversation(room)?.unread !== unread) throw new Error(`${unread} unread by the server`);
        },
        { timeout: 30_000 },
      );
    }
    await shown(() => (eves.conversation(room)?.unread ?? 0) > 0, true);
    await Promise.all(clients.map((client) => client.close()));
  }, 60_000);
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await server.dispose();
    rmSync(root, { recursive: true, force: true });
  });

  const verified = async (): Promise<DeviceReport> => {
    const { out } = await parley(server.settings, 'verify', '--json', '--device-logs', root);
    return (JSON.parse(out) as { devices: DeviceReport }).devices;
  };

  it('finds that devices saw what the log says, and has looked at everything', async () => {
    const { code, out } = await parley(server.settings, 'verify', '--device-logs', root);
    expect(out).toContain('Devices saw what the log says.');
    expect(code).toBe(0);
    const { ledgers, cutOff, compared, examples } = await verified();
    expect({ ledgers, cutOff, examples }).toEqual({ ledgers: 4, cutOff: [], examples: [] });
    expect(Object.entries(compared).filter(([check, count]) => check.startsWith('A') && count === 0)).toEqual([]);
  });

  /** What one device claims, and the check that sees that it is not so. */
  const lies: readonly (readonly [
    what: string,
    check: keyof DeviceReport['different'],
    lie: (lines: Entry[]) => Entry[],
  ])[] = [
    [
      'a message that was accepted but is not in the log',
      'A1',
      replaced('accepted', { clientMessageId: 'nobody-said' }),
    ],
    ['a message that was passed over', 'A1', without('received')],
    ['a message that nobody sent', 'A2', replaced('received', { clientMessageId: 'nobody-said' })],
    ['a message twice', 'A3', (lines) => lines.flatMap((line) => (line.event === 'received' ? [line, line] : [line]))],
    ['messages in another order', 'A4', swapped],
    [
      'a watermark that fell',
      'A5',
      (lines) => lines.map((line) => (line.event === 'ended' ? withEnd(line, { read: 0 }) : line)),
    ],
    [
      'an unread count that is one too high',
      'A6',
      (lines) => lines.map((line) => (line.event === 'ended' ? withEnd(line, { unread: 99 }) : line)),
    ],
    [
      'an end before the end',
      'A7',
      (lines) => lines.map((line) => (line.event === 'ended' ? withEnd(line, { lastSequence: 1 }) : line)),
    ],
  ];

  it.each(lies)('finds %s', async (_, check, lie) => {
    const honest = readFileSync(ledger('bob'), 'utf8');
    try {
      const lines = honest.trimEnd().split('\n');
      const told = lie(lines.map((line) => JSON.parse(line) as Entry));
      writeFileSync(ledger('bob'), told.map((line) => `${JSON.stringify(line)}\n`).join(''));
      const { different, isClean } = await verified();
      expect(isClean).toBe(false);
      expect(different[check]).toBeGreaterThan(0);
    } finally {
      writeFileSync(ledger('bob'), honest);
    }
  });

  it('finds what was shown to somebody who was not there', async () => {
    const honest = readFileSync(ledger('eve'), 'utf8');
    try {
      // What Bob saw while she was away, in her ledger.
      const bobs = readFileSync(ledger('bob'), 'utf8').split('\n');
      const received = bobs.filter((line) => line.includes('"received"'));
      const began = honest.split('\n').find((line) => line.includes('"began"')) ?? '';
      writeFileSync(ledger('eve'), [began, ...received, ''].join('\n'));
      const { different, cutOff } = await verified();
      expect(different.A9).toBeGreaterThan(0);
      expect(cutOff).toEqual(['eve.ndjson']);
    } finally {
      writeFileSync(ledger('eve'), honest);
    }
  });

  it('says where a ledger cannot be read, and forgives a last line that was cut off', async () => {
    const honest = readFileSync(ledger('bob'), 'utf8');
    try {
      appendFileSync(ledger('bob'), '{"event":"rec');
      expect((await verified()).isClean).toBe(true);
      appendFileSync(ledger('bob'), '\n{"event":"reset"}\n');
      const { code, err } = await parley(server.settings, 'verify', '--device-logs', root);
      expect(code).toBe(1);
      expect(err).toMatch(/bob\.ndjson:\d+: not JSON/);
    } finally {
      writeFileSync(ledger('bob'), honest);
    }
    expect(await parley(server.settings, 'verify', '--device-logs', join(root, 'none'))).toMatchObject({ code: 1 });
  });
});

type Entry = Record<string, unknown> & { readonly event: string };

function replaced(event: string, by: object): (lines: Entry[]) => Entry[] {
  return (lines) => lines.map((line) => (line.event === event ? { ...line, ...by } : line));
}

function without(event: string): (lines: Entry[]) => Entry[] {
  return (lines) => {
    const fourth = lines.filter((line) => line.event === event)[3];
    return lines.filter((line) => line !== fourth);
  };
}

function swapped(lines: Entry[]): Entry[] {
  const [a, b] = lines.flatMap((line, index) => (line.event === 'received' ? [index] : [])).slice(2, 4) as [
    number,
    number,
  ];
  return lines.map((line, index) => (index === a ? (lines[b] as Entry) : index === b ? (lines[a] as Entry) : line));
}

function withEnd(line: Entry, by: object): Entry {
  const conversations = line['conversations'] as readonly object[];
  return { ...line, conversations: conversations.map((one) => ({ ...one, ...by })) };
}
