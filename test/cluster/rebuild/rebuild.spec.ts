import type { BuildPhase, ProjectionName } from '@parley/ports';
import { queryRoutes } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask } from '../../kit/rest.js';
import { Device, Reader } from './readers.js';
import { RebuildScene } from './scene.js';
import { Talk } from './talk.js';

const messages = Number(process.env['PARLEY_TEST_MESSAGES'] ?? 6_000);

/** In which phase the process that builds is killed; another one takes its partitions and its work. */
const plan: readonly (readonly [ProjectionName, BuildPhase])[] = [
  ['history', 'filling'],
  ['inbox', 'joining'],
  ['membership', 'switching'],
  ['watermarks', 'filling'],
  ['people', 'joining'],
  ['search', 'filling'],
];

describe('projections of a cluster', { timeout: 600_000 }, () => {
  let scene: RebuildScene;
  let talk: Talk;
  let readers: Reader[];
  let device: Device;
  /** Last sequence of each conversation when the device began. */
  let before: ReadonlyMap<string, number>;

  const lastSequences = async (): Promise<ReadonlyMap<string, number>> => {
    const token = scene.people[1]?.token;
    const last = async (conversationId: string): Promise<[string, number]> => {
      const input = { params: { conversationId }, query: { limit: 1 }, token };
      const { data } = await ask(scene.server.url, queryRoutes.listMessages, input);
      return [conversationId, data[0]?.sequence ?? 0];
    };
    return new Map(await Promise.all(scene.conversations.map(last)));
  };

  beforeAll(async () => {
    scene = await RebuildScene.open(messages);
    const [first, second] = scene.people;
    if (first === undefined || second === undefined) throw new Error('nobody is there');
    before = await lastSequences();
    device = await Device.begin(scene, second);
    talk = new Talk(scene);
    readers = scene.gateways.map((gateway) => new Reader(scene, gateway, first));
  }, 300_000);
  afterAll(async () => {
    await talk?.stop().catch(() => undefined);
    for (const reader of readers ?? []) await reader.stop().catch(() => undefined);
    await device?.stop().catch(() => undefined);
    await scene?.close();
  }, 120_000);

  for (const [name, phase] of plan) {
    it(`${name} is rebuilt while people talk, though its builder is killed while it is ${phase}`, async () => {
      const said = scene.saidSoFar();
      const rebuilt = scene.rebuild(name);
      rebuilt.catch(() => undefined);
      const builder = await scene.builderOf(name, phase, said);
      await builder.kill();
      // The other one takes over, and in the middle of that this one comes back and takes partitions again.
      await builder.start();
      const report = await rebuilt;
      expect(report).toMatchObject({ onlyInOld: 0, onlyInNew: 0, different: 0, examples: [], switched: true });
      expect(report.rows).toBeGreaterThan(0);
      expect({ seed: scene.seed, troubles: readers.flatMap(({ troubles }) => troubles.splice(0)) }).toMatchObject({
        troubles: [],
      });
      expect(device.troubles.splice(0)).toEqual([]);
    });
  }

  it('then have the rows of projections that were built in one go, and lost nothing on the way', async () => {
    await talk.stop();
    expect(talk.troubles).toEqual([]);
    await scene.untilQuiet();
    for (const reader of readers) await reader.stop();
    await device.stop();
    const after = await lastSequences();
    await vi.waitFor(async () => {
      await device.catchUp();
      for (const [conversationId, last] of after) {
        const from = before.get(conversationId) ?? 0;
        const said = Array.from({ length: last - from }, (_, n) => from + n + 1);
        const missing = said.filter((sequence) => device.messages.get(conversationId)?.has(sequence) !== true);
        expect({ conversationId, missing }).toEqual({ conversationId, missing: [] });
      }
    }, 20_000);
    for (const [name] of plan) {
      const report = await scene.rebuild(name);
      expect(report).toMatchObject({ onlyInOld: 0, onlyInNew: 0, different: 0, examples: [], switched: true });
    }
    expect((await scene.status()).map(({ name, state, parked }) => [name, state, parked])).toEqual(
      ['history', 'inbox', 'membership', 'watermarks', 'search', 'people'].map((name) => [name, 'live', 0]),
    );
  });
});
