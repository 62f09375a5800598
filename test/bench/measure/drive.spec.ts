import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRelay, type Relay } from '../yardstick/relay.js';
import { drive } from './drive.js';
import type { Load, PaceShape, SceneShape } from './load.js';
import { openTarget } from './yardstick-target.js';

const loadOf = (scene: SceneShape, pace: PaceShape): Load => ({
  scene,
  pace,
  warmUpSeconds: 0.1,
  seconds: 0.3,
  textBytes: 100,
});

describe('a load on the durable relay', () => {
  let directory: string;
  let file: string;
  let relay: Relay;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'drive-'));
    file = join(directory, 'messages.log');
    relay = await startRelay(0, file);
  });
  afterEach(async () => {
    await relay.close();
    rmSync(directory, { recursive: true });
  });

  const run = async (load: Load) => drive(await openTarget({ port: relay.port }), load, [process.pid]);
  const storedTexts = (): string[] =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { text: string }).text);

  it('closed, in pairs: each message is stored, accepted and delivered once and in order', async () => {
    const result = await run(loadOf({ kind: 'pairs', pairs: 3 }, { kind: 'closed', inFlight: 2 }));
    expect(result).toMatchObject({ missing: 0, backwards: 0, unanswered: 0, refused: {} });
    expect(result.accepted).toBeGreaterThan(12);
    expect(result.delivered).toBe(result.accepted);
    const texts = storedTexts();
    expect(new Set(texts).size).toBe(result.accepted);
    expect(texts.every((text) => text.length === 100)).toBe(true);
  });

  it('closed, in a group: every message reaches all others', async () => {
    const result = await run(loadOf({ kind: 'group', members: 5, senders: 2 }, { kind: 'closed', inFlight: 1 }));
    expect(result).toMatchObject({ missing: 0, backwards: 0, unanswered: 0 });
    expect(result.delivered).toBe(result.accepted * 4);
    expect(storedTexts()).toHaveLength(result.accepted);
  });

  it('steady: sends at the rate', async () => {
    const result = await run(loadOf({ kind: 'pairs', pairs: 2 }, { kind: 'steady', perSecond: 200 }));
    expect(result).toMatchObject({ missing: 0, backwards: 0, unanswered: 0 });
    expect(result.delivery.count).toBeGreaterThan(50);
    expect(result.delivery.count).toBeLessThan(90);
    expect(result.delivery.p50).toBeGreaterThan(0);
  });

  it('fails when a connection is lost', async () => {
    const running = run({ ...loadOf({ kind: 'pairs', pairs: 1 }, { kind: 'steady', perSecond: 50 }), seconds: 20 });
    setTimeout(() => void relay.close(), 200);
    await expect(running).rejects.toThrow('connection lost');
    relay = await startRelay(0, file);
  });
});
