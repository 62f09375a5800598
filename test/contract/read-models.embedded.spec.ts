import { openEventLog, startEmbeddedProjections, type EmbeddedProjections } from '@parley/embedded';
import { encodeEvent, type ParleyEvent, userStream } from '@parley/events';
import { projectionNames, ReadModelUnavailable } from '@parley/ports';
import { projectorModule } from '@parley/projector';
import * as fc from 'fast-check';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readModelsContract } from './read-models.contract.js';
import { Play, steps } from './read-models/histories.js';
import { Scene } from './read-models/scene.js';

const seed = Number(process.env['PARLEY_TEST_SEED'] ?? Date.now() % 1_000_000);

const open = async (folder = mkdtempSync(join(tmpdir(), 'parley-read-'))) => {
  const log = await openEventLog(folder);
  const options = { dataDir: folder, projector: projectorModule, signal: log.signal, log };
  const projections = await startEmbeddedProjections(options);
  await projections.caughtUp;
  return {
    folder,
    log,
    ...projections,
    stop: async () => {
      await projections.close();
      await log.close();
    },
    close: async () => {
      await projections.close();
      await log.close();
      rmSync(folder, { recursive: true });
    },
  };
};

readModelsContract('embedded', open);

/** Each projection equals one that is built from zero: the rows are a function of the log. */
const expectPure = async ({ admin }: EmbeddedProjections): Promise<void> => {
  for (const name of projectionNames) {
    const report = await admin.rebuild(name, () => undefined);
    expect(report).toMatchObject({ projection: name, onlyInOld: 0, onlyInNew: 0, different: 0 });
  }
};

/** The n-th event of this person. */
const byPat = (event: ParleyEvent, n: number) =>
  encodeEvent(event, { eventId: `00000000-0000-7000-8000-00000000000${n}`, time: n, metadata: { actorId: 'usr_p' } });

describe(`embedded projections (seed ${seed})`, () => {
  const running: { close(): Promise<void> }[] = [];
  const begin = async (folder?: string) => {
    const models = await open(folder);
    running.push(models);
    return models;
  };
  afterEach(async () => {
    for (const models of running.splice(0)) await models.close();
  });

  const aPlay = fc.sample(steps(150), { seed, numRuns: 4 }).toSorted((a, b) => b.length - a.length)[0] ?? [];

  it('are the same rows when their thread is killed again and again', async () => {
    const models = await begin();
    let deaths = 0;
    models.onError(() => deaths++);
    const scene = new Scene(models.log);
    const play = new Play(scene, '_killed');
    play.begin();
    for (let round = 0; round < 4; round++) {
      for (const [index, step] of aPlay.entries()) {
        play.step(step);
        if (step.append) await scene.append();
        if (index === Math.floor(aPlay.length / (round + 1.5))) void models.crash();
      }
      await scene.append();
      await vi.waitFor(() => expect(deaths).toBe(round + 1), { timeout: 10_000 });
      // Started again (it may have reached the end before it died), and everywhere.
      await vi.waitFor(
        async () => expect((await models.admin.status()).every(({ state }) => state === 'live')).toBe(true),
        { timeout: 20_000 },
      );
      expect(await models.readModels.positions.waitFor(scene.position, 20_000)).toBe(true);
    }
    await expectPure(models);
  }, 60_000);

  it('go on from where they were when the process comes back', async () => {
    const models = await open();
    const scene = new Scene(models.log);
    scene.start('cnv_back', { usr_a: 'owner' });
    scene.send('cnv_back', 'usr_a', 'before');
    const position = await scene.append();
    await models.readModels.positions.waitFor(position, 10_000);
    await models.stop();
    const again = await begin(models.folder);
    expect(again.readModels.positions.safePosition()).toBe(position);
    expect(await again.readModels.positions.waitFor(position, 10_000)).toBe(true);
    expect(await again.readModels.inbox.entry('usr_a', 'cnv_back')).toContain('before');
  });

  it('are built anew when a file is missing, damaged or of another version', async () => {
    const models = await open();
    const scene = new Scene(models.log);
    const play = new Play(scene, '_anew');
    play.begin();
    for (const step of aPlay) play.step(step);
    const position = await scene.append();
    await models.readModels.positions.waitFor(position, 10_000);
    await models.stop();
    const read = join(models.folder, 'read');
    for (const file of readdirSync(read)) if (file.startsWith('inbox.')) rmSync(join(read, file));
    for (const suffix of ['-wal', '-shm']) rmSync(join(read, `membership.1.db${suffix}`), { force: true });
    writeFileSync(join(read, 'membership.1.db'), Buffer.alloc(64 * 1_024, 'not a database'));
    const registry = JSON.parse(readFileSync(join(read, 'registry.json'), 'utf8')) as Record<
      string,
      { version: number }
    >;
    registry['history']!.version = 0;
    writeFileSync(join(read, 'registry.json'), JSON.stringify(registry));
    const again = await begin(models.folder);
    expect(await again.readModels.positions.waitFor(position, 20_000)).toBe(true);
    expect(readdirSync(read).filter((file) => /^history\.\d+\.db$/.test(file))).toEqual(['history.2.db']);
    await expectPure(again);
  }, 60_000);

  it('are some of them only, when the others lie elsewhere', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-read-'));
    const log = await openEventLog(folder);
    const options = { dataDir: folder, projector: projectorModule, signal: log.signal, log };
    const others = await startEmbeddedProjections({
      ...options,
      only: ['history', 'inbox', 'membership', 'watermarks', 'people'],
    });
    const search = await startEmbeddedProjections({ ...options, only: ['search'], searchedBy: others.readModels });
    running.push({
      close: async () => {
        await search.close();
        await others.close();
        await log.close();
        rmSync(folder, { recursive: true });
      },
    });
    const scene = new Scene(log);
    scene.start('cnv_parts', { usr_a: 'owner' });
    scene.send('cnv_parts', 'usr_a', 'a word to find');
    const position = await scene.append();
    expect(await others.readModels.positions.waitFor(position, 10_000)).toBe(true);
    expect(await search.readModels.positions.waitFor(position, 10_000)).toBe(true);
    const terms = [{ tokens: ['word'], prefix: false, exclude: false }];
    const { hits } = await search.readModels.search.search({ userId: 'usr_a', terms, order: 'newest', limit: 10 });
    expect(hits.map(({ sequence }) => sequence)).toEqual([1]);
    expect((await search.admin.status()).map(({ name }) => name)).toEqual(['search']);
  });

  it('push a changed profile as it is now, and let no cursor pass it before it can be read', async () => {
    const models = await begin();
    const pushed: string[] = [];
    models.delivery.subscribe(({ deliveries }) => pushed.push(...deliveries.map(({ change }) => change)));
    const stream = userStream('usr_p');
    const registered = {
      type: 'UserRegistered.v1',
      data: { userId: 'usr_p', username: 'pat', displayName: 'Pat' },
    } as const;
    await models.log.append({ stream, expected: 'none', events: [byPat(registered, 1)] });
    for (let n = 2; n < 9; n++) {
      const renamed = { type: 'ProfileChanged.v1', data: { displayName: `Pat ${n}` } } as const;
      const appended = await models.log.append({ stream, expected: 'any', events: [byPat(renamed, n)] });
      const position = appended.outcome === 'appended' ? appended.position : 0;
      await vi.waitFor(() => expect(models.readModels.positions.safePosition()).toBe(position));
      expect(await models.readModels.people.byIds(['usr_p'])).toEqual([expect.stringContaining(`"Pat ${n}"`)]);
      expect(pushed.at(-1)).toContain(`"Pat ${n}"`);
    }
  });

  it('fail one by one, are repaired, and the others go on', async () => {
    const models = await begin();
    const scene = new Scene(models.log);
    scene.register('usr_a').start('cnv_fail', { usr_a: 'owner' });
    await models.readModels.positions.waitFor(await scene.append(), 10_000);
    const stateOf = async (name: string) => (await models.admin.status()).find((each) => each.name === name)?.state;

    const terms = [{ tokens: ['goes'], prefix: false, exclude: false }];
    const query = { userId: 'usr_a', terms, order: 'newest', limit: 10 } as const;
    const blocker = new DatabaseSync(join(models.folder, 'read', 'search.1.db'));
    blocker.exec('BEGIN IMMEDIATE');
    scene.send('cnv_fail', 'usr_a', 'goes on');
    const position = await scene.append();
    expect(await models.readModels.positions.waitFor(position, 20_000)).toBe(true);
    expect(await stateOf('search')).toBe('failed');
    expect(await models.readModels.inbox.entry('usr_a', 'cnv_fail')).toContain('goes on');
    await expect(models.readModels.search.search(query)).rejects.toThrow(ReadModelUnavailable);

    blocker.exec('ROLLBACK');
    blocker.close();
    await vi.waitFor(async () => expect(await stateOf('search')).toBe('live'), { timeout: 20_000 });
    expect((await models.readModels.search.search(query)).hits).toHaveLength(1);
    await expectPure(models);
  }, 60_000);

  it('hold back deliveries while one of those that matter is out of order, and say that something is missing', async () => {
    const models = await begin();
    const scene = new Scene(models.log);
    scene.start('cnv_hold', { usr_a: 'owner' });
    await models.readModels.positions.waitFor(await scene.append(), 10_000);
    const batches: { position: number; previous: number; deliveries: number }[] = [];
    models.delivery.subscribe(({ position, previous, deliveries }) => {
      batches.push({ position, previous, deliveries: deliveries.length });
    });
    const blocker = new DatabaseSync(join(models.folder, 'read', 'history.1.db'));
    blocker.exec('BEGIN IMMEDIATE');
    const before = models.readModels.positions.safePosition();
    scene.send('cnv_hold', 'usr_a', 'held back');
    await scene.append();
    const failed = async () => (await models.admin.status()).some((each) => each.state === 'failed');
    await vi.waitFor(async () => expect(await failed()).toBe(true), { timeout: 20_000 });
    scene.send('cnv_hold', 'usr_a', 'held back, too');
    const position = await scene.append();
    expect(batches).toEqual([]);
    expect(models.readModels.positions.safePosition()).toBe(before);

    blocker.exec('ROLLBACK');
    blocker.close();
    expect(await models.readModels.positions.waitFor(position, 20_000)).toBe(true);
    expect(batches.at(-1)).toMatchObject({ position });
    expect(batches[0]?.previous).not.toBe(before);
    scene.send('cnv_hold', 'usr_a', 'pushed');
    const next = await scene.append();
    await models.readModels.positions.waitFor(next, 10_000);
    expect(batches.at(-1)).toEqual({ position: next, previous: position, deliveries: 1 });
    await expectPure(models);
  }, 60_000);
});
