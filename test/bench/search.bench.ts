/**
 * Message search over a million messages: what indexing costs, and how long searches take through the thread, membership
 * and history answering from memory. `node test/dist/bench/search.bench.js [messages] [folder of IRC logs] [folder]`.
 * Without logs the text is made of words as frequent as in speech. One line a figure.
 */
import { openSearchStore, SqliteSearchReader } from '@parley/embedded';
import { parseQuery } from '@parley/platform';
import type { SearchOperation, SearchQuery } from '@parley/ports';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { Histogram } from './measure/histogram.js';

const conversations = 2_000;
const people = 5_000;
const batchSize = 1_000;
const idOf = (kind: string, number: number): string => `${kind}_${String(number).padStart(22, '0')}`;
const print = (name: string, text: string): void => console.log(`${name.padEnd(52)} ${text}`);

/** The same in every run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Ten words a line on average, the n-th word of the vocabulary about 1/n as frequent as the first. */
function invent(lines: number): readonly string[] {
  const random = randomOf(1);
  const vocabulary = 60_000;
  const word = (): string =>
    Math.floor(vocabulary ** random())
      .toString(26)
      .replaceAll(/\d/g, (d) => 'qrstuvwxyz'[Number(d)] ?? d);
  return Array.from({ length: lines }, () => Array.from({ length: 1 + Math.floor(random() * 19) }, word).join(' '));
}

function readLogs(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.log'))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
    .map((line) => /^\[\d\d:\d\d\] <[^>]+> (.+)$/.exec(line)?.[1] ?? '')
    .filter((text) => text !== '');
}

/** Which line each message says, by conversation: history in memory. */
class Said {
  readonly #byConversation = new Map<string, number[]>();
  constructor(private readonly lines: readonly string[]) {}

  add(conversationId: string, line: number): number {
    const said = this.#byConversation.get(conversationId) ?? [];
    this.#byConversation.set(conversationId, said);
    return said.push(line);
  }

  json(conversationId: string, sequence: number): string | null {
    const line = this.#byConversation.get(conversationId)?.[sequence - 1];
    if (line === undefined) return null;
    return JSON.stringify({ conversationId, sequence, content: { type: 'text.v1', text: this.lines[line] } });
  }
}

/** A tenth of the conversations carries about a third of the messages. */
const conversationOf = (random: () => number): string => idOf('cnv', Math.floor(random() ** 1.5 * conversations));

async function fill(path: string, messages: number, lines: readonly string[], said: Said): Promise<void> {
  const random = randomOf(2);
  const store = openSearchStore(path, () => 0);
  let cpu = 0;
  const started = performance.now();
  for (let from = 1; from <= messages; from += batchSize) {
    const operations: SearchOperation[] = [];
    for (let position = from; position < from + batchSize && position <= messages; position++) {
      const line = Math.floor(random() * lines.length);
      const conversationId = conversationOf(random);
      const sequence = said.add(conversationId, line);
      const senderId = idOf('usr', Math.floor(random() * people));
      const time = 1_700_000_000_000 + position * 1_000;
      const text = lines[line] ?? '';
      operations.push({
        type: 'index-message',
        position,
        conversationId,
        sequence,
        senderId,
        time,
        text,
        mentions: [],
      });
    }
    const before = process.cpuUsage();
    await store.apply({ operations, parked: [], checkpoint: from + operations.length - 1 });
    const used = process.cpuUsage(before);
    cpu += used.user + used.system;
  }
  const seconds = (performance.now() - started) / 1_000;
  await store.close();
  print('indexing, CPU a message', `${(cpu / messages).toFixed(2)} µs`);
  print('indexing, rate with making the messages', `${Math.round(messages / seconds)} a second`);
  print('size', `${(statSync(path).size / messages).toFixed(0)} bytes a message`);
}

/** Words by how many of the lines have them. */
function wordsByFrequency(lines: readonly string[], least: number, most: number): readonly string[] {
  const counts = new Map<string, number>();
  for (const line of lines) {
    for (const word of new Set(line.toLowerCase().match(/[a-z]{2,}/g))) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count >= least * lines.length && count < most * lines.length)
    .map(([word]) => word)
    .slice(0, 200);
}

const ms = (micros: number): string => (micros / 1_000).toFixed(1).padStart(6);

export async function benchSearch(messages: number, logs: string | null, under: string): Promise<void> {
  const folder = mkdtempSync(join(under, 'parley-bench-'));
  const path = join(folder, 'search.0.db');
  const lines = logs === null ? invent(200_000) : readLogs(logs);
  const said = new Said(lines);
  await fill(path, messages, lines, said);
  const random = randomOf(3);
  const mine = new Map<string, readonly string[]>();
  for (const count of [1, 50, 1_000]) {
    const step = conversations / count;
    mine.set(
      idOf('usr', count),
      Array.from({ length: count }, (_, i) => idOf('cnv', Math.floor((i + 0.5) * step))),
    );
  }
  const open = [{ afterSequence: 0, untilSequence: null, afterPosition: 0, untilPosition: null }];
  const reader = new SqliteSearchReader({
    file: () => path,
    membership: {
      conversationsOf: async (userId) => ({ position: messages, conversationIds: mine.get(userId) ?? [] }),
      membership: async (conversationId, userId) => ({ conversationId, userId, role: 'member', windows: open }),
    },
    history: {
      message: async (conversationId, sequence) => ({
        json: said.json(conversationId, sequence),
        projectedRevision: 0,
      }),
    },
  });

  const all = new Histogram();
  const allCpu = new Histogram();
  const measure = async (name: string, runs: number, queryOf: () => string, more: Partial<SearchQuery>) => {
    const times = new Histogram();
    const cpu = new Histogram();
    let hits = 0;
    let short = 0;
    for (let i = 0; i < runs; i++) {
      const { terms, from, in: inside } = parseQuery(queryOf());
      const narrowed = { ...(from.length > 0 ? { from } : {}), ...(inside.length > 0 ? { in: inside } : {}) };
      const query: SearchQuery = { userId: '', terms, order: 'newest', limit: 20, ...narrowed, ...more };
      const started = performance.now();
      const usedBefore = process.cpuUsage();
      const page = await reader.search(query);
      const micros = (performance.now() - started) * 1_000;
      const used = process.cpuUsage(usedBefore);
      cpu.record(used.user + used.system);
      allCpu.record(used.user + used.system);
      times.record(micros);
      all.record(micros);
      hits += page.hits.length;
      if (page.hits.length < query.limit && page.next !== null) short++;
    }
    const { p50, p99, max } = times.summary();
    print(
      name,
      `p50 ${ms(p50)}  p99 ${ms(p99)}  max ${ms(max)} ms   cpu p50 ${ms(cpu.percentile(50))}  p99 ${ms(cpu.percentile(99))} ms   ${(hits / runs).toFixed(1)} hits, ${short} short pages`,
    );
  };

  const classes: readonly (readonly [name: string, words: readonly string[]])[] = [
    ['rare', wordsByFrequency(lines, 0.00001, 0.0001)],
    ['seldom', wordsByFrequency(lines, 0.0005, 0.002)],
    ['common', wordsByFrequency(lines, 0.01, 0.05)],
    ['very common', wordsByFrequency(lines, 0.1, 1)],
  ];
  const pick = (name: string): string => {
    const words = classes.find(([known]) => known === name)?.[1] ?? [];
    return words[Math.floor(random() * words.length)] ?? 'a';
  };
  await measure('warm-up', 50, () => pick('common'), { userId: idOf('usr', 1_000) });
  for (const [userId, ids] of mine) {
    const who = `${ids.length} conversations`;
    for (const [name] of classes) await measure(`${who}: ${name} word`, 300, () => pick(name), { userId });
    await measure(`${who}: two common words`, 300, () => `${pick('common')} ${pick('common')}`, { userId });
    await measure(`${who}: phrase of two very common`, 300, () => `"${pick('very common')} ${pick('very common')}"`, {
      userId,
    });
    await measure(`${who}: prefix`, 300, () => `${pick('common').slice(0, 4)}*`, { userId });
    await measure(
      `${who}: from somebody`,
      300,
      () => `${pick('common')} from:${idOf('usr', Math.floor(random() * people))}`,
      { userId },
    );
    await measure(`${who}: deep in the past`, 300, () => pick('common'), {
      userId,
      cursor: { position: Math.floor(messages / 10) },
    });
    await measure(`${who}: by relevance`, 100, () => pick('very common'), { userId, order: 'relevance' });
  }
  const { p50, p99, count } = all.summary();
  print(
    `all ${count} searches`,
    `p50 ${(p50 / 1_000).toFixed(1)}  p99 ${(p99 / 1_000).toFixed(1)} ms   cpu p99 ${(allCpu.percentile(99) / 1_000).toFixed(1)} ms`,
  );
  await reader.close();
  rmSync(folder, { recursive: true });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [messages = '1000000', logs, under = tmpdir()] = process.argv.slice(2);
  await benchSearch(Number(messages), logs === undefined || logs === '-' ? null : logs, under);
}
