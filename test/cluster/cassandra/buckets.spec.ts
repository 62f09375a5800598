import type { MembershipWindow } from '@parley/events';
import type { HistoryOperation, MembershipOperation } from '@parley/ports';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestKeyspace, type TestKeyspace } from '../cassandra-core/keyspace.js';
import { Stored } from './stored.js';

const conversationId = 'cnv_long';
const messages = 2_500;
/** Far enough apart that the log of changes lies in several buckets. */
const distance = 10_000;
const positionOf = (sequence: number): number => sequence * distance;

const message = (sequence: number): HistoryOperation => ({
  type: 'add-message',
  position: positionOf(sequence),
  revision: sequence,
  conversationId,
  sequence,
  senderId: 'usr_a',
  json: JSON.stringify({ sequence, conversationId, senderId: 'usr_a', content: { type: 'text.v1', text: 'x' } }),
});
const after = (sequence: number) => ({ position: positionOf(sequence) + 1, revision: sequence, conversationId });
const notice = (sequence: number): HistoryOperation => ({
  type: 'add-notice',
  ...after(sequence),
  notice: { type: 'renamed', actorId: 'usr_a', time: '2026-01-01T00:00:00.000Z' },
});
const reaction = (at: number, sequence: number): HistoryOperation => ({
  type: 'add-reaction',
  ...after(at),
  position: positionOf(at) + 2,
  sequence,
  userId: 'usr_b',
  emoji: '👍',
});

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

const idOf = (number: number): string => `usr_${String(number).padStart(6, '0')}`;

describe('a long conversation', () => {
  let keyspace: TestKeyspace;
  let stored: Stored;
  beforeAll(async () => {
    keyspace = await openTestKeyspace();
    stored = await Stored.open(keyspace.client);
    const all: HistoryOperation[] = [];
    for (let sequence = 1; sequence <= messages; sequence++) {
      all.push(message(sequence));
      if (sequence % 50 === 0) all.push(notice(sequence));
      if (sequence % 100 === 0) all.push(reaction(sequence, sequence - 60));
    }
    for (let at = 0; at < all.length; at += 700) await stored.write('history', all.slice(at, at + 700));
    const open: MembershipOperation = {
      type: 'open',
      position: 1,
      conversationId,
      userId: 'usr_a',
      role: 'owner',
      afterSequence: 0,
    };
    const start = { ...open, type: 'start-conversation', kind: 'group', title: 't', description: null } as const;
    await stored.write('inbox', [{ ...start, peerIds: null, startedAt: '2026-01-01T00:00:00.000Z' }]);
    await stored.write('membership', [open]);
    await stored.write('watermarks', [
      { type: 'start', position: 1, conversationId, userIds: ['usr_a'] },
      { type: 'touch', position: positionOf(messages), conversationId },
    ]);
  });
  afterAll(async () => {
    stored.close();
    await keyspace.close();
  });

  const everything: readonly MembershipWindow[] = [
    { afterSequence: 0, untilSequence: null, afterPosition: 1, untilPosition: null },
  ];
  const page = async (query: Record<string, number>, windows = everything, notices = false) => {
    const answer = await stored.readers.history.page({ conversationId, windows, limit: 50, notices, ...query });
    return answer.entries.map(({ kind, sequence }) => (kind === 'message' ? sequence : `after ${sequence}`));
  };
  it('is paged over the edges of its buckets', async () => {
    expect(await page({})).toEqual(range(2_451, 2_500));
    expect(await page({ before: 1_020 })).toEqual(range(970, 1_019));
    expect(await page({ after: 1_980 })).toEqual(range(1_981, 2_030));
    expect(await page({ around: 1_000 })).toEqual(range(975, 1_024));
    expect(await page({ after: 980, limit: 22 }, everything, true)).toEqual([
      ...range(981, 1_000),
      'after 1000',
      1_001,
    ]);
    const windows = [
      { afterSequence: 10, untilSequence: 990, afterPosition: positionOf(10) + 1, untilPosition: positionOf(990) + 5 },
      { afterSequence: 2_001, untilSequence: null, afterPosition: positionOf(2_001) + 5, untilPosition: null },
    ];
    expect(await page({ before: 2_004, limit: 5 }, windows)).toEqual([988, 989, 990, 2_002, 2_003]);
    expect(await page({ after: 2_999 })).toEqual([]);
    expect(await page({ before: Number.MAX_SAFE_INTEGER, limit: 2 })).toEqual([2_499, 2_500]);
  });

  it('is found by position, wherever that lies', async () => {
    for (const sequence of [1, 2, 500, 999, 1_000, 1_001, 1_337, 1_999, 2_000, 2_467, 2_468, 2_499]) {
      for (const [position, last] of [
        [positionOf(sequence) - 1, sequence - 1],
        [positionOf(sequence), sequence],
        [positionOf(sequence) + 5_000, sequence],
      ] as const) {
        const found = await stored.delivery.conversation(conversationId, position);
        expect(JSON.parse(found?.view ?? '{}')).toMatchObject({ lastSequence: last });
      }
    }
  });

  it('tells changes of any stretch, from any cursor', async () => {
    for (const from of [0, 1_450, 2_100, 2_499]) {
      const found: (number | string)[] = [];
      /** Where each page began. */
      const begun: number[] = [];
      let cursor = positionOf(from) + 5;
      for (let more = true; more;) {
        begun.push(cursor);
        const answer = await stored.readers.inbox.changes('usr_a', cursor, 97);
        for (const { json } of answer.changes) {
          const {
            kind,
            message: sent,
            notice: told,
          } = JSON.parse(json) as {
            kind: string;
            message?: { sequence: number; reactions?: unknown };
            notice?: { afterSequence: number };
          };
          if (kind === 'message') found.push(sent?.reactions === undefined ? sent!.sequence : `+${sent.sequence}`);
          if (kind === 'notice') found.push(`after ${told!.afterSequence}`);
        }
        cursor = answer.upTo;
        more = answer.hasMore;
      }
      const expected: (number | string)[] = [];
      for (let sequence = from + 1; sequence <= messages; sequence++) {
        const reacted = sequence % 100 === 40 && sequence + 60 <= messages;
        expected.push(reacted ? `+${sequence}` : sequence);
        if (sequence % 50 === 0) expected.push(`after ${sequence}`);
        // Of a message that the cursor of the page has, the change comes by itself.
        const cursorThen = begun.findLast((position) => position < positionOf(sequence) + 2) ?? 0;
        if (sequence % 100 === 0 && positionOf(sequence - 60) <= cursorThen) expected.push(`+${sequence - 60}`);
      }
      expect(found, `from ${from}`).toEqual(expected);
    }
  });
});

describe('a conversation of many members', () => {
  const many = 10_300;
  let keyspace: TestKeyspace;
  let stored: Stored;
  beforeAll(async () => {
    keyspace = await openTestKeyspace();
    stored = await Stored.open(keyspace.client);
    const operations = Array.from({ length: many }, (_, i): MembershipOperation => {
      const at = { position: i + 1, conversationId: 'cnv_wide', userId: idOf((i * 7_919) % many) };
      return { type: 'open', ...at, role: 'member', afterSequence: Math.floor(i / 1_000) };
    });
    for (let at = 0; at < many; at += 1_000) await stored.write('membership', operations.slice(at, at + 1_000));
    const gone = [3, 10_001, 10_299].map((i): MembershipOperation => {
      const { userId } = operations[i]!;
      const at = { position: many + i, conversationId: 'cnv_wide', userId };
      return { type: 'close', ...at, state: 'left', untilSequence: 10 };
    });
    await stored.write('membership', gone);
  });
  afterAll(async () => {
    stored.close();
    await keyspace.close();
  });

  it('lists them by id over all buckets, without those who left', async () => {
    const { membership } = stored.readers;
    const found: string[] = [];
    for (let last: string | null = null; ;) {
      const members = await membership.members('cnv_wide', last, 1_000);
      if (members.length === 0) break;
      found.push(...members.map((json) => (JSON.parse(json) as { userId: string }).userId));
      last = found.at(-1) ?? null;
    }
    const left = new Set([3, 10_001, 10_299].map((i) => idOf((i * 7_919) % many)));
    expect(found).toEqual(Array.from({ length: many }, (_, i) => idOf(i)).filter((id) => !left.has(id)));
    expect(JSON.parse(await stored.readers.watermarks.aggregate('cnv_wide'))).toMatchObject({ memberCount: many - 3 });
  });

  it('is looked at directly for ever, by all who are in it and all who come', async () => {
    const generation = stored.generationOf.get('membership');
    for (const number of [0, 4_999, 5_000, 5_001, 10_298]) {
      const row = await stored.client.readOne<{ large: boolean }>(
        'SELECT large FROM memberships WHERE generation = ? AND user_id = ? AND conversation_id = ?',
        [generation, idOf((number * 7_919) % many), 'cnv_wide'],
      );
      expect([number, row?.large]).toEqual([number, true]);
    }
  });
});
