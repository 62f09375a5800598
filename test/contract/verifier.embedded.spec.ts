import { openEventLog, openLogReader, openReadModels, startEmbeddedProjections } from '@parley/embedded';
import { projectorModule } from '@parley/projector';
import { type Check, checks, type Report, verify } from '@parley/verifier';
import * as fc from 'fast-check';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Play, steps } from './read-models/histories.js';
import { Scene } from './read-models/scene.js';

const seed = Number(process.env['PARLEY_TEST_SEED'] ?? Date.now() % 1_000_000);

/** Devices as the write side lets them: their watermarks only rise. */
class RisingScene extends Scene {
  readonly #marks = new Map<string, number>();

  override read(id: string, userId: string, read: number, deviceId = `dev_${userId}`): this {
    return this.#rises(`read ${id} ${userId} ${deviceId}`, read) && this.#rises(`${id} ${userId} ${deviceId}`, read)
      ? super.read(id, userId, read, deviceId)
      : this;
  }

  override delivered(id: string, userId: string, delivered: number, deviceId = `dev_${userId}`): this {
    return this.#rises(`${id} ${userId} ${deviceId}`, delivered)
      ? super.delivered(id, userId, delivered, deviceId)
      : this;
  }

  #rises(key: string, mark: number): boolean {
    const before = this.#marks.get(key) ?? 0;
    this.#marks.set(key, Math.max(before, mark));
    return mark >= before;
  }
}

async function start(folder: string) {
  const log = await openEventLog(folder);
  const projections = await startEmbeddedProjections({
    dataDir: folder,
    projector: projectorModule,
    signal: log.signal,
    log,
  });
  return {
    log,
    reach: (position: number) => projections.readModels.positions.waitFor(position, 20_000),
    stop: async () => {
      await projections.close();
      await log.close();
    },
  };
}

/** As another process would. */
async function verifyFolder(folder: string): Promise<Report> {
  const log = openLogReader(folder);
  const rows = openReadModels(folder);
  try {
    return await verify({ log, rows, examples: 5, tell: () => undefined });
  } finally {
    rows.close();
    log.close();
  }
}

const expectClean = ({ examples, isClean }: Report): void =>
  expect({ seed, examples, isClean }).toMatchObject({ examples: [], isClean: true });

describe(`verifier over an embedded folder (seed ${seed})`, () => {
  const root = mkdtempSync(join(tmpdir(), 'parley-verify-'));
  const folder = join(root, 'data');
  const plays = fc
    .sample(steps(120), { seed, numRuns: 8 })
    .toSorted((a, b) => b.length - a.length)
    .slice(0, 3);
  let whileServing: Report[] = [];

  beforeAll(async () => {
    const server = await start(folder);
    const scene = new RisingScene(server.log);
    for (const [n, play] of plays.entries()) {
      const told = new Play(scene, `_verify${n}`);
      told.begin();
      for (const step of play) {
        told.step(step);
        if (step.append) await scene.append();
      }
      // Beside a server that has not projected all of it yet.
      whileServing = [...whileServing, await verifyFolder(folder)];
    }
    // Whatever the plays left out.
    scene.start('cnv_sure', { usr_sure: 'owner', usr_also: 'member', usr_gone: 'member' });
    scene.send('cnv_sure', 'usr_sure', 'one');
    scene.send('cnv_sure', 'usr_also', 'two');
    scene.read('cnv_sure', 'usr_gone', 1, 'dev_gone');
    scene.read('cnv_sure', 'usr_also', 1, 'dev_twice');
    scene.read('cnv_sure', 'usr_also', 2, 'dev_twice');
    scene.send('cnv_sure', 'usr_sure', 'first');
    scene.edit('cnv_sure', 3, 'usr_sure', 'second');
    // So much later that a device may have been away between the message and its change.
    scene.start('cnv_busy', { usr_sure: 'owner', usr_also: 'member' });
    for (let n = 0; n < 100; n++) scene.send('cnv_busy', 'usr_also', `number ${n}`);
    scene.edit('cnv_sure', 1, 'usr_sure', 'once');
    await server.reach(await scene.append());
    await server.stop();
  }, 60_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('finds nothing wrong while a server serves', () => {
    expect(whileServing).toHaveLength(plays.length);
    for (const report of whileServing) expectClean(report);
  });

  it('finds nothing wrong at rest, and has looked at everything', async () => {
    const report = await verifyFolder(folder);
    expectClean(report);
    for (const check of checks) expect(report.compared[check]).toBeGreaterThan(1);
  });

  const planted: readonly (readonly [what: string, check: Check, file: string, sql: string])[] = [
    [
      'a message that is missing',
      'H',
      'read/history.1.db',
      'DELETE FROM messages WHERE position = (SELECT max(position) FROM messages)',
    ],
    [
      'a text that is another one',
      'H',
      'read/history.1.db',
      `UPDATE messages SET body = replace(body, '"two"', '"three"')`,
    ],
    [
      'a message that was never sent',
      'H',
      'read/history.1.db',
      `INSERT INTO messages SELECT (SELECT position FROM progress), conversation, sequence + 1, NULL, body FROM messages m
         JOIN conversations c ON c.no = m.conversation WHERE c.id = 'cnv_sure' AND sequence = last_sequence;
       UPDATE conversations SET last_sequence = last_sequence + 1 WHERE id = 'cnv_sure'`,
    ],
    ['a member who is none', 'M', 'read/membership.1.db', `UPDATE members SET role = NULL WHERE user = 'usr_also'`],
    [
      'a window that begins too late',
      'M',
      'read/membership.1.db',
      `UPDATE members SET after_sequence = 1 WHERE user = 'usr_also'`,
    ],
    ['a member who is missing', 'M', 'read/membership.1.db', `DELETE FROM members WHERE user = 'usr_gone'`],
    [
      'a watermark that fell',
      'W',
      'read/watermarks.1.db',
      `UPDATE members SET read = 0, sent = 0 WHERE user = 'usr_sure'`,
    ],
    [
      'a device that has read too much',
      'W',
      'read/watermarks.1.db',
      `UPDATE devices SET read = 2 WHERE device = 'dev_gone'`,
    ],
    [
      'a notice that is missing',
      'H',
      'read/history.1.db',
      'DELETE FROM notices WHERE position = (SELECT max(position) FROM notices)',
    ],
    [
      'a notice that says something else',
      'H',
      'read/history.1.db',
      `UPDATE notices SET body = replace(body, '"started"', '"renamed"')`,
    ],
    [
      'receipts of one too many',
      'W',
      'read/watermarks.1.db',
      `UPDATE aggregates SET body = replace(body, '[[2,', '[[3,') WHERE conversation = 'cnv_sure'`,
    ],
    [
      'messages that those who come back do not get',
      'P',
      'read/history.1.db',
      `UPDATE conversations SET message_position = 0 WHERE id = 'cnv_sure'`,
    ],
    [
      'edits that those who come back do not get',
      'P',
      'read/history.1.db',
      `UPDATE conversations SET change_position = 0 WHERE id = 'cnv_sure'`,
    ],
    [
      'notices that those who come back do not get',
      'P',
      'read/history.1.db',
      `UPDATE conversations SET notice_position = 0 WHERE id = 'cnv_sure'`,
    ],
    ['a title', 'I', 'read/inbox.1.db', `UPDATE heads SET title = 'another' WHERE id = 'cnv_sure'`],
    ['a mention too many', 'I', 'read/inbox.1.db', `INSERT INTO mentions VALUES ('usr_gone', 'cnv_sure', 2)`],
    [
      'a setting that nobody made',
      'I',
      'read/inbox.1.db',
      `INSERT INTO settings VALUES ('usr_sure', 'cnv_sure', 1, NULL, 0, 0, 1)`,
    ],
    [
      'a watermark of the log that falls',
      'E',
      'log.db',
      `UPDATE events SET data = replace(data, '"read":1', '"read":3'), checksum = NULL
         WHERE data LIKE '%dev_twice%' AND data LIKE '%"read":1%'`,
    ],
    [
      'a message that search does not have',
      'S',
      'read/search.1.db',
      `INSERT INTO search_index (search_index, rowid, tokens)
         SELECT 'delete', position, tokens || '_c' || conversation || ' _u' || sender || ' _w0' FROM messages
          WHERE tokens = ' two '; DELETE FROM messages WHERE tokens = ' two '`,
    ],
    [
      'a message that is found by other words',
      'S',
      'read/search.1.db',
      `UPDATE messages SET tokens = ' three ' WHERE tokens = ' two '`,
    ],
    [
      'words that lead nowhere',
      'S',
      'read/search.1.db',
      `INSERT INTO search_index (search_index, rowid, tokens)
         SELECT 'delete', position, tokens FROM messages WHERE tokens = ' two '`,
    ],
    [
      'an edited word that is still found',
      'S',
      'read/search.1.db',
      `INSERT INTO search_index (search_index, rowid, tokens)
         SELECT 'delete', position, ' second ' FROM messages WHERE tokens = ' second ';
       INSERT INTO search_index (rowid, tokens) SELECT position, ' first ' FROM messages WHERE tokens = ' second '`,
    ],
    [
      'an event that does not decode',
      'E',
      'log.db',
      `UPDATE events SET data = '{', checksum = NULL WHERE position = 1`,
    ],
    [
      'a sequence that is missing',
      'E',
      'log.db',
      `UPDATE events SET data = replace(data, '"sequence":2', '"sequence":4'), checksum = NULL
         WHERE data LIKE '%"two"%'`,
    ],
  ];

  it.each(planted)('finds %s', async (_, check, file, sql) => {
    const copy = join(root, 'copy');
    cpSync(folder, copy, { recursive: true });
    try {
      const db = new DatabaseSync(join(copy, file));
      const { changes } = db.prepare('SELECT total_changes() AS changes').get() as { changes: number };
      db.exec(sql);
      expect(db.prepare('SELECT total_changes() AS changes').get()).not.toEqual({ changes });
      db.close();
      const report = await verifyFolder(copy);
      expect(report.isClean).toBe(false);
      expect(report.different[check]).toBeGreaterThan(0);
      expect(report.examples.length).toBeGreaterThan(0);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
});
