import { openEventLog, type EmbeddedEventLog } from '@parley/embedded';
import type { BuildPhase, ProjectionName } from '@parley/ports';
import { fill, projectionGroups } from '@parley/projector';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LogFiller } from '../../bench/prefill/log-filler.js';
import { randomOf } from '../../bench/prefill/random.js';
import { Device } from '../../contract/read-models/device.js';
import { Play, users } from '../../contract/read-models/histories.js';
import { Oracle } from '../../contract/read-models/oracle.js';
import { Scene } from '../../contract/read-models/scene.js';
import { openTestKeyspace, type TestKeyspace } from '../cassandra-core/keyspace.js';
import { aPrefix, TestSearch } from '../elasticsearch/engine.js';
import { type Deployment, FleetProjector, FleetReader } from './fleet.js';
import { Groups } from './groups.js';
import { SharedLeases } from './shared-leases.js';

const seed = Number(process.env['PARLEY_TEST_SEED'] ?? Date.now() % 1_000_000);
const past = Number(process.env['PARLEY_TEST_MESSAGES'] ?? 10_000);
const marker = 'quetzalcoatlus';
const marked = 12;
const projections = Object.values(projectionGroups).flat();

/** In which phase the process that builds is killed. */
const plan: readonly (readonly [ProjectionName, BuildPhase])[] = [
  ['history', 'filling'],
  ['inbox', 'joining'],
  ['membership', 'switching'],
  ['watermarks', 'joining'],
  ['people', 'filling'],
  ['search', 'filling'],
  ['history', 'switching'],
  ['search', 'joining'],
];

describe(`projections that are rebuilt while processes come and go (seed ${seed})`, { timeout: 240_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-fleet-'));
  const random = randomOf(seed);
  const troubles: string[] = [];
  const end = new AbortController();
  let keyspace: TestKeyspace;
  let installed: TestSearch;
  let log: EmbeddedEventLog;
  let deployment: Deployment;
  let reader: FleetReader;
  let scene: Scene;
  let play: Play;
  let devices: readonly Device[];
  let busy: Promise<unknown>;
  const fleet: FleetProjector[] = [];
  const told = new Oracle();
  let folded = 0;
  const oracle = (): Oracle => {
    told.fold(scene.told.slice(folded));
    folded = scene.told.length;
    return told;
  };

  beforeAll(async () => {
    keyspace = await openTestKeyspace();
    installed = new TestSearch({ prefix: aPrefix(), partitions: 3 });
    log = await openEventLog(folder);
    const filler = new LogFiller(log, random, Date.UTC(2025, 0, 1));
    for (let n = 0; n < 10; n++) {
      await filler.start(`cnv_long${n}`, [`usr_long${n}`, 'usr_everywhere']);
      await filler.talk(`cnv_long${n}`, past / 10);
    }
    await filler.finish();
    scene = new Scene(log);
    play = new Play(scene, '');
    play.begin();
    scene.start('cnv_marked', { usr_zoe: 'owner' });
    for (let n = 0; n < marked; n++) scene.send('cnv_marked', 'usr_zoe', `${marker} ${n}`);
    await scene.append();

    deployment = {
      url: keyspace.url,
      prefix: installed.prefix,
      log,
      groups: new Groups(log),
      leases: new SharedLeases(),
      progress: (checkpoint) => reader?.hear(checkpoint),
    };
    reader = await FleetReader.open(deployment);
    for (let n = 0; n < 2; n++) fleet.push(await FleetProjector.start(deployment, projections));
    await untilProjected();
    devices = users.map((_, index) => new Device(play.user(index), oracle));
    busy = Promise.all([talk(), read(), search(), ...devices.map((device) => follow(device))]);
  }, 240_000);
  afterAll(async () => {
    end.abort();
    await busy;
    for (const projector of fleet.splice(0)) await projector.stop();
    await reader?.close();
    await log?.close();
    await installed?.close();
    await keyspace?.close();
    rmSync(folder, { recursive: true });
  }, 60_000);

  const untilProjected = async (): Promise<void> => {
    const { lastPosition } = await log.info();
    const projected = async (): Promise<void> => {
      const found = (await reader.process.search?.checkpoints.checkpoints()) ?? [];
      const searched = found.length === 3 ? Math.min(...found.map(({ position }) => position)) : 0;
      const reached = Math.min(reader.safePosition(), searched);
      if (reached < lastPosition) throw new Error(`${reached} of ${lastPosition} is projected`);
    };
    await vi.waitFor(projected, { timeout: 120_000, interval: 100 });
  };
  const below = (limit: number): number => Math.floor(random() * limit);

  async function again(what: string, work: () => Promise<void>): Promise<void> {
    while (!end.signal.aborted) {
      await work().catch((error: unknown) => troubles.push(`${what}: ${String(error)}`));
      await pause(50);
    }
  }
  const talk = () =>
    again('talking', async () => {
      for (let n = below(12); n >= 0; n--) {
        play.step({ what: below(100), where: below(3), who: below(4), which: below(1_001), append: false });
      }
      if (below(10) === 0) {
        scene.user(play.user(below(4)), { type: 'ProfileChanged.v1', data: { about: `since ${scene.position}` } });
      }
      await scene.append();
    });
  const highest = new Map<string, number>();
  const rises = (what: string, value: number): void => {
    const before = highest.get(what) ?? 0;
    if (value < before) troubles.push(`${what} went back from ${before} to ${value}`);
    highest.set(what, Math.max(before, value));
  };
  const read = () =>
    again('reading', async () => {
      const { history, inbox, membership, watermarks, people } = reader.models;
      const conversationId = `cnv_long${below(10)}`;
      const windows = [{ afterSequence: 0, untilSequence: null, afterPosition: 0, untilPosition: null }];
      const { entries } = await history.page({ conversationId, windows, limit: 10, notices: false });
      rises(`history of ${conversationId}`, entries.at(-1)?.sequence ?? 0);
      expect(entries.map(({ sequence }) => sequence)).toEqual(
        entries.map((_, index) => past / 10 - entries.length + 1 + index),
      );
      rises(
        'conversations of somebody',
        (await inbox.entries({ userId: 'usr_everywhere', limit: 50, archived: false })).entries.length,
      );
      rises(`members of ${conversationId}`, (await membership.members(conversationId, null, 10)).length);
      rises('read', (await watermarks.ofConversation(conversationId, null, 10)).length);
      rises('people', (await people.byIds(users.map((_, index) => play.user(index)))).length);
    });
  const search = () => {
    const found = reader.process.search?.reader(reader.models);
    const query = {
      userId: 'usr_zoe',
      terms: [{ tokens: [marker], prefix: false, exclude: false }],
      order: 'newest',
      limit: 50,
    } as const;
    return again('searching', async () => {
      const hits = (await found?.search(query))?.hits.length;
      if (hits !== marked) troubles.push(`${hits} of ${marked} are found`);
      await pause(50);
    });
  };
  async function sync(device: Device): Promise<void> {
    for (let more = true; more;) {
      const answer = await reader.models.inbox.changes(device.userId, device.cursor, 50);
      device.take(answer.changes, answer.upTo);
      more = answer.hasMore;
    }
  }
  const follow = (device: Device) => again(`the device of ${device.userId}`, () => sync(device));

  for (const [name, phase] of plan) {
    it(`${name} is the same afterwards, though its builder is killed while it is ${phase}`, async () => {
      const version = projections.find((each) => each.name === name)?.version ?? 0;
      const { id } = await reader.builds.ask(name, version);
      const inPhase = async () => expect((await reader.builds.current())?.phase).toBe(phase);
      await vi.waitFor(inPhase, { timeout: 60_000, interval: 4 });
      const builder = fleet.findIndex(({ leases }) => leases.holds('rebuild-'));
      expect(builder).toBeGreaterThanOrEqual(0);
      const [killed] = fleet.splice(builder, 1);
      await killed?.kill();
      // Its partitions move, and move again.
      fleet.push(await FleetProjector.start(deployment, projections));
      const over = async () => {
        const build = await reader.builds.current();
        expect(build).toMatchObject({ id, phase: 'done', error: null });
        expect(build?.report).toMatchObject({ onlyInOld: 0, onlyInNew: 0, different: 0, examples: [], switched: true });
        expect(build?.report?.rows).toBeGreaterThan(0);
      };
      await vi.waitFor(over, { timeout: 120_000, interval: 100 });
      expect(troubles).toEqual([]);
      expect(devices.flatMap(({ problems }) => problems)).toEqual([]);
    });
  }

  it('and all are as if they had been built in one go; no device has missed anything', async () => {
    end.abort();
    await busy;
    await untilProjected();
    for (const device of devices) {
      await sync(device);
      const once = new Device(device.userId, oracle);
      await sync(once);
      expect(device.state()).toEqual(once.state());
      expect([...device.seen].toSorted()).toEqual(oracle().owed(device.userId));
      expect(device.problems).toEqual([]);
    }
    const { lastPosition: to } = await log.info();
    const { signal } = new AbortController();
    for (const projection of projections) {
      const generations = reader.process.all.get(projection.name);
      const plan = await generations?.plan();
      if (generations === undefined || plan === null || plan === undefined) throw new Error(`no ${projection.name}`);
      expect(plan).toMatchObject({ beside: null, held: false });
      const built = await generations.begin(projection.version);
      const store = await generations.openBuild(built);
      await fill({ projection, log, store, from: 0, to, signal, onPage: () => Promise.resolve() });
      await generations.handOver(built, plan.serving, to, (stream) => deployment.groups.partitionOf(stream));
      const parity = await generations.compare(plan.serving, built, signal);
      expect({ name: projection.name, ...parity }).toMatchObject({
        onlyInOld: 0,
        onlyInNew: 0,
        different: 0,
        examples: [],
      });
      expect(parity.rows).toBeGreaterThan(0);
    }
  });
});
