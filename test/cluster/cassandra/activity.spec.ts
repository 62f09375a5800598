import { cassandraReadModels } from '@parley/cassandra';
import { openEventLog } from '@parley/embedded';
import type { InboxReader } from '@parley/ports';
import * as fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Play, steps, users } from '../../contract/read-models/histories.js';
import { Scene } from '../../contract/read-models/scene.js';
import { openTestKeyspace, type TestKeyspace } from '../cassandra-core/keyspace.js';
import { CassandraModels } from './models.js';

const seed = Number(process.env['PARLEY_TEST_SEED'] ?? Date.now() % 1_000_000);
const hour = 3_600_000;

const all = async (inbox: InboxReader, userId: string, after: number): Promise<readonly string[]> => {
  const found: string[] = [];
  let cursor = after;
  for (let more = true; more;) {
    const page = await inbox.changes(userId, cursor, 50);
    found.push(...page.changes.map(({ json }) => json));
    cursor = page.upTo;
    more = page.hasMore;
  }
  return found;
};

describe(`activity noted in Cassandra (seed ${seed})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-activity-'));
  let keyspace: TestKeyspace;
  let log: Awaited<ReturnType<typeof openEventLog>>;
  let models: CassandraModels;
  /** Reads as if nothing had ever been noted: two partitions, of which one was never heard of. */
  let direct: InboxReader;
  let now = 20_000 * 24 * hour;
  beforeAll(async () => {
    keyspace = await openTestKeyspace();
    log = await openEventLog(folder);
    models = new CassandraModels({ client: keyspace.client, log, now: () => now });
    const { client } = keyspace;
    const { generations, positions } = models;
    const safePosition = () => positions.safePosition();
    direct = cassandraReadModels({ client, generations, safePosition, partitions: 2, now: () => now }).inbox;
    await models.start();
  });
  afterAll(async () => {
    await models.stop();
    await log.close();
    await keyspace.close();
    rmSync(folder, { recursive: true });
  });

  const settle = async (scene: Scene): Promise<void> => {
    expect(await models.positions.waitFor(await scene.append(), 60_000)).toBe(true);
  };

  let number = 0;
  it('leads to all that is new, whatever the day, the pace and the cursor', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps(80),
        fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 8 }),
        async (todo, hours) => {
          const scene = new Scene(log, ++number);
          const play = new Play(scene, `_${number}`);
          const cursors = [models.positions.safePosition()];
          play.begin();
          for (const [index, step] of todo.entries()) {
            play.step(step);
            if (!step.append) continue;
            await settle(scene);
            cursors.push(models.positions.safePosition());
            now += (hours[index % hours.length] ?? 0) * hour;
          }
          await settle(scene);
          for (const [index] of users.entries()) {
            for (const cursor of [0, ...cursors]) {
              const userId = play.user(index);
              const noted = await all(models.readModels.inbox, userId, cursor);
              expect(noted, `${userId} after ${cursor}`).toEqual(await all(direct, userId, cursor));
            }
          }
        },
      ),
      { seed, numRuns: 6, endOnFailure: true },
    );
  }, 400_000);

  const notesOf = async (userId: string) =>
    keyspace.client.read<{ position: number; writtenAt: number; ttl: number }>(
      `SELECT position, WRITETIME(position) AS "writtenAt", TTL(position) AS ttl FROM inbox_activity
       WHERE generation = 1 AND user_id = ? AND day = ?`,
      [userId, Math.floor(now / (24 * hour))],
    );

  it('is noted ahead of a busy conversation, for 30 days', async () => {
    now += 48 * hour;
    const scene = new Scene(log, ++number);
    scene.start('cnv_busy', { usr_x: 'owner', usr_y: 'member' });
    await settle(scene);
    const written = new Set<number>();
    for (let i = 0; i < 40; i++) {
      now += 1_000;
      scene.send('cnv_busy', 'usr_x', `message ${i}`);
      await settle(scene);
      const [note] = await notesOf('usr_y');
      expect(note!.position).toBeGreaterThanOrEqual(scene.position);
      expect(note!.ttl).toBeGreaterThan(29 * 24 * 3_600);
      written.add(note!.writtenAt);
    }
    // Each message until the pace is known, then once a minute or so.
    expect(written.size).toBeLessThanOrEqual(13);
    scene.add('cnv_busy', 'usr_z', 'usr_x');
    await settle(scene);
    const [note] = await notesOf('usr_z');
    expect(note!.position).toBeGreaterThanOrEqual(scene.position);
  }, 120_000);

  it('is not needed by a cursor from before it, after a rebuild', async () => {
    const report = await models.rebuild('watermarks', () => undefined);
    expect(report).toMatchObject({ onlyInOld: 0, onlyInNew: 0, different: 0 });
    expect(await all(models.readModels.inbox, 'usr_y', 0)).toHaveLength((await all(direct, 'usr_y', 0)).length);
    const before = models.positions.safePosition();
    const scene = new Scene(log, ++number);
    scene.start('cnv_after', { usr_y: 'owner' });
    scene.send('cnv_after', 'usr_y', 'after all');
    await settle(scene);
    expect((await all(models.readModels.inbox, 'usr_y', before)).join()).toContain('after all');
  }, 120_000);
});
