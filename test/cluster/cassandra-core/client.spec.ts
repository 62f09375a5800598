import { CassandraClient, connectCassandra, insertAt, parseCassandraUrl, type Statement } from '@parley/cassandra';
import { createLogger } from '@parley/platform';
import { ReadModelUnavailable } from '@parley/ports';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { BreakableProxy } from './breakable-proxy.js';
import { openTestKeyspace, type TestKeyspace, testLogger } from './keyspace.js';

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await openTestKeyspace();
  await keyspace.client.define('CREATE TABLE rows (part int, no int, wide bigint, words text, PRIMARY KEY (part, no))');
});
afterAll(() => keyspace.close());

const insert = insertAt('rows', ['part', 'no', 'wide', 'words']);
const rowsOf = (client: CassandraClient, part: number) =>
  client.read<{ no: number; words: string }>('SELECT no, words FROM rows WHERE part = ?', [part]);

describe('reading and writing', () => {
  it('gives numbers and texts as they were written, and null for what is not there', async () => {
    const { client } = keyspace;
    await client.write(insert(7, 1, 1, 2 ** 53 - 1, 'größe 日本 𠮷'));
    await client.write(insert(7, 1, 2, undefined, undefined));
    expect(await client.read('SELECT * FROM rows WHERE part = ?', [1])).toEqual([
      { part: 1, no: 1, wide: 2 ** 53 - 1, words: 'größe 日本 𠮷' },
      { part: 1, no: 2, wide: null, words: null },
    ]);
    expect(await client.readOne('SELECT words FROM rows WHERE part = ? AND no = ?', [1, 3])).toBeNull();
  });

  it('lets the highest position win, in whatever order writes come', async () => {
    const { client } = keyspace;
    for (const position of [20, 30, 10]) await client.write(insert(position, 2, 1, position, `at ${position}`));
    expect(await client.readOne('SELECT wide, words FROM rows WHERE part = 2 AND no = 1', [])).toEqual({
      wide: 30,
      words: 'at 30',
    });
  });

  it('writes many partitions at once and all of their rows', async () => {
    const { client } = keyspace;
    const partitions = Array.from({ length: 40 }, (_, part): Statement[] =>
      Array.from({ length: part * 7 }, (_, no) => insert(5, 1_000 + part, no, no, `${part}/${no}`)),
    );
    await client.writeAll(partitions);
    for (const part of [0, 1, 39]) {
      const rows = await rowsOf(client, 1_000 + part);
      expect(rows).toEqual(Array.from({ length: part * 7 }, (_, no) => ({ no, words: `${part}/${no}` })));
    }
  });

  it('reads beyond a page, at once and streaming', async () => {
    const { client } = keyspace;
    await client.writeAll([Array.from({ length: 6_500 }, (_, no) => insert(5, 3, no, no, 'x'))]);
    expect((await rowsOf(client, 3)).map(({ no }) => no)).toEqual(Array.from({ length: 6_500 }, (_, no) => no));
    const pages: number[] = [];
    for await (const page of client.stream('SELECT no FROM rows WHERE part = ?', [3])) pages.push(page.length);
    expect(pages.reduce((sum, length) => sum + length, 0)).toBe(6_500);
    expect(Math.max(...pages)).toBeLessThanOrEqual(1_000);
  });

  it('answers a lightweight transaction with what was found', async () => {
    const { client } = keyspace;
    const put = (words: string) =>
      client.conditional('INSERT INTO rows (part, no, words) VALUES (4, 1, ?) IF NOT EXISTS', [words]);
    expect(await put('first')).toEqual({ applied: true, found: null });
    expect(await put('second')).toMatchObject({ applied: false, found: { part: 4, no: 1, words: 'first' } });
    const change = (no: number) =>
      client.conditional(`UPDATE rows SET words = 'x' WHERE part = 4 AND no = ? IF words = 'y'`, [no]);
    expect(await change(1)).toEqual({ applied: false, found: { words: 'first' } });
    expect(await change(2)).toEqual({ applied: false, found: null });
  });

  it('tells a wrong statement from an engine that is away', async () => {
    const wrong = keyspace.client.read('SELECT nothing FROM nowhere', []);
    await expect(wrong).rejects.toThrow(/nowhere/);
    await expect(wrong).rejects.not.toBeInstanceOf(ReadModelUnavailable);
  });
});

describe('an engine that is late, away or silent', () => {
  let proxy: BreakableProxy;
  let client: CassandraClient | null = null;
  beforeEach(() => {
    const { contactPoints, port } = parseCassandraUrl(keyspace.url);
    proxy = new BreakableProxy({ host: contactPoints[0]!, port });
  });
  afterEach(async () => {
    await client?.close();
    await proxy.close();
  });
  const proxied = () => keyspace.url.replace(/^(cassandra:\/\/)[^/]+/, `$1127.0.0.1:${proxy.port}`);
  const read = () => rowsOf(client!, 1);

  it('is waited for, with a clear word, and then used', async () => {
    await proxy.reservePort();
    const logger = createLogger('fatal');
    const warn = vi.spyOn(logger, 'warn');
    client = new CassandraClient({ url: proxied(), logger });
    await expect(read()).rejects.toThrow(ReadModelUnavailable);
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1), { timeout: 20_000 });
    expect(warn.mock.calls[0]?.[1]).toContain('waiting for Cassandra');
    await proxy.open();
    await client.connected;
    expect(await read()).toBeDefined();
    expect(client.nodes()).toEqual({ up: 1, known: 1 });
  });

  it('is not waited for by whoever gave up or closed', async () => {
    await proxy.reservePort();
    const giveUp = new AbortController();
    const connecting = connectCassandra({ url: proxied(), logger: testLogger, signal: giveUp.signal });
    giveUp.abort(new Error('enough'));
    await expect(connecting).rejects.toThrow('enough');
    client = new CassandraClient({ url: proxied(), logger: testLogger });
    await client.close();
    await expect(client.connected).rejects.toThrow(ReadModelUnavailable);
    await expect(read()).rejects.toThrow(/closed/);
  });

  it('says that there is no keyspace yet, and goes on when there is', async () => {
    const url = keyspace.url.replace(keyspace.client.address.keyspace, (name) => `${name}_late`);
    const logger = createLogger('fatal');
    const warn = vi.spyOn(logger, 'warn');
    client = new CassandraClient({ url, logger });
    await vi.waitFor(() => expect(warn).toHaveBeenCalled(), { timeout: 20_000 });
    expect(warn.mock.calls[0]?.[1]).toContain('npm run migrate');
    await keyspace.client.define(
      `CREATE KEYSPACE ${client.address.keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    await client.connected;
    await keyspace.client.define(`DROP KEYSPACE ${client.address.keyspace}`);
  });

  it('makes calls fail soon while it is away, and is used again within seconds', async () => {
    await proxy.open();
    client = await connectCassandra({ url: proxied(), logger: testLogger });
    await read();
    for (let round = 0; round < 2; round++) {
      await proxy.close();
      await expect(read()).rejects.toThrow(ReadModelUnavailable);
      const before = performance.now();
      await expect(read()).rejects.toThrow(ReadModelUnavailable);
      expect(performance.now() - before).toBeLessThan(3_000);
      await proxy.open();
      const back = performance.now();
      await vi.waitFor(read, { timeout: 20_000, interval: 20 });
      expect(performance.now() - back).toBeLessThan(5_000);
    }
  });

  it('makes calls fail at their deadline while it is silent, and is used again when it speaks', async () => {
    await proxy.open();
    client = await connectCassandra({ url: proxied(), logger: testLogger, readTimeoutMs: 1_000 });
    await read();
    proxy.silence();
    const before = performance.now();
    const results = await Promise.allSettled([
      read(),
      client.write(insert(9, 9, 9, 9, 'x')),
      ...Array.from({ length: 100 }, read),
    ]);
    expect(performance.now() - before).toBeLessThan(8_000);
    for (const result of results) {
      expect(result.status).toBe('rejected');
      expect((result as PromiseRejectedResult).reason).toBeInstanceOf(ReadModelUnavailable);
    }
    proxy.speak();
    await vi.waitFor(read, { timeout: 20_000, interval: 20 });
  });

  it('does not hold up closing while it is silent', async () => {
    await proxy.open();
    client = await connectCassandra({ url: proxied(), logger: testLogger });
    proxy.silence();
    const pending = read().catch((error: unknown) => error);
    const before = performance.now();
    await client.close();
    expect(performance.now() - before).toBeLessThan(7_000);
    proxy.speak();
    expect(await pending).toBeInstanceOf(ReadModelUnavailable);
  });
});
