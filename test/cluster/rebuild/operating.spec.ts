import { openEventStoreLog } from '@parley/eventstore';
import { partitionOfStream } from '@parley/kafka';
import { conversationStream } from '@parley/events';
import { createLogger, randomEventId } from '@parley/platform';
import { type EventLogReader, type EventLogWriter, type ProjectionName, projectionNames } from '@parley/ports';
import { adminRoutes, operationsRoutes } from '@parley/protocol';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MemoryEventIdIndex } from '../../kit/memory-event-id-index.js';
import { ask, call } from '../../kit/rest.js';
import { Reader } from './readers.js';
import { RebuildScene } from './scene.js';

const partitions = 3;

describe('operating the projections of a cluster through any process', { timeout: 300_000 }, () => {
  let scene: RebuildScene;
  let log: EventLogReader & EventLogWriter & { close(): Promise<void> };
  beforeAll(async () => {
    scene = await RebuildScene.open(1_000);
    const url = scene.server.settings['PARLEY_EVENTSTORE_URL'] ?? '';
    log = await openEventStoreLog({ url, index: new MemoryEventIdIndex(), logger: createLogger('silent') });
  }, 300_000);
  afterAll(async () => {
    await log?.close();
    await scene?.close();
  }, 120_000);

  const parked = async (gateway = scene.server.url) =>
    (await ask(gateway, adminRoutes.listParkedEvents, { token: scene.token })).data;
  const retry = async (projection: ProjectionName, position: string): Promise<boolean> => {
    const params = { projection, position };
    return (await ask(scene.server.url, adminRoutes.retryParkedEvent, { params, token: scene.token })).applied;
  };
  const appendTo = async (conversationId: string): Promise<number> => {
    const event = { eventId: randomEventId(), type: 'Unheard.v1', data: '{}', metadata: '{}', time: Date.now() };
    const stream = conversationStream(conversationId);
    const appended = await log.append({ stream, expected: 'any', events: [event] });
    if (appended.outcome !== 'appended') throw new Error(appended.outcome);
    return appended.position;
  };

  it('tells lag in events, and the state of projections in other processes', async () => {
    const metrics = (await call(scene.server.url, operationsRoutes.metrics)).text;
    for (const name of projectionNames) {
      expect(metrics).toMatch(new RegExp(`parley_projection_lag_events{projection="${name}"} \\d+\\n`));
    }
    await Promise.all(scene.projectors.map((projector) => projector.stop()));
    await vi.waitFor(
      async () => {
        for (const { name, state, error } of await scene.status()) {
          expect({ name, state, error }).toEqual({ name, state: 'failed', error: 'no process projects it' });
        }
      },
      { timeout: 30_000, interval: 500 },
    );
    for (let n = 0; n < 5; n++) await appendTo(scene.conversations[n] ?? '');
    await vi.waitFor(
      async () => expect((await scene.status()).map(({ lag }) => lag)).toEqual(projectionNames.map(() => 5)),
      { timeout: 20_000, interval: 500 },
    );
    // Nobody answers better than this gateway: it stays in service, and says which features are out of order.
    for (const gateway of scene.gateways) {
      const ready = await call(gateway, operationsRoutes.readyz, { query: { verbose: '' } });
      expect(ready.status).toBe(200);
      expect(ready.text).toContain('"name":"projection history","ok":false');
    }
    await Promise.all(scene.projectors.map((projector) => projector.start()));
    await scene.untilQuiet();
    const ready = await call(scene.server.url, operationsRoutes.readyz, { query: { verbose: '' } });
    expect(ready.text).not.toContain('"ok":false');
  });

  it('lists parked events of all partitions, as they are in the stores and in the dead-letter topic', async () => {
    const listed = await parked();
    expect(listed).toHaveLength(5 * projectionNames.length);
    for (const name of projectionNames) expect(listed.filter(({ projection }) => projection === name)).toHaveLength(5);
    for (const gateway of scene.gateways) expect(await parked(gateway)).toEqual(listed);
    const letters = await deadLetters(scene, listed.length);
    expect(letters).toEqual(new Set(listed.map(({ projection, position }) => `${projection} ${position}`)));
    expect((await scene.status()).map(({ parked: count }) => count)).toEqual(projectionNames.map(() => 5));
    expect(await retry('inbox', listed[0]?.position ?? '')).toBe(false);
    expect(await parked()).toEqual(listed);
  });

  it('applies a parked event again by the process that has its partition', async () => {
    const [conversationId = ''] = scene.conversations;
    const stream = conversationStream(conversationId);
    const [event] = await log.readStream(stream, { from: 3, limit: 1 });
    if (event === undefined) throw new Error('nothing was said');
    const lane = [partitionOfStream(stream, partitions), event.position, stream, event.type];
    await scene.cassandra.write({
      query: `INSERT INTO parked_events (projection, generation, partition, position, stream, type, reason, parked_at)
        VALUES ('history', 1, ?, ?, ?, ?, 'of this test', 1) USING TIMESTAMP 1`,
      params: lane,
    });
    const before = (await parked()).length;
    expect(await retry('history', String(event.position))).toBe(true);
    expect(await parked()).toHaveLength(before - 1);
    expect(await retry('history', String(event.position))).toBe(false);
  });

  it('builds rows of a newer version before they serve, while the old ones are read', async () => {
    const [person] = scene.people;
    if (person === undefined) throw new Error('nobody is there');
    await Promise.all(scene.projectors.map((projector) => projector.stop()));
    // As if these rows had been written by older code.
    for (const name of ['history', 'people']) {
      const query = 'UPDATE projection_generations SET version = 0 WHERE projection = ? IF version > 0';
      expect((await scene.cassandra.conditional(query, [name])).applied).toBe(true);
    }
    const reader = new Reader(scene, scene.gateways[0] ?? '', person);
    await Promise.all(scene.projectors.map((projector) => projector.start()));
    await vi.waitFor(
      async () => {
        const query = 'SELECT serving, version, held FROM projection_generations WHERE projection = ?';
        for (const name of ['history', 'people']) {
          const row = await scene.cassandra.readOne<{ serving: number; version: number; held: boolean }>(query, [name]);
          expect({ name, ...row }).toMatchObject({ name, serving: 2, held: false });
          expect(row?.version).toBeGreaterThan(0);
        }
      },
      { timeout: 120_000, interval: 500 },
    );
    await scene.untilQuiet();
    await reader.stop();
    expect(reader.troubles).toEqual([]);
    expect(reader.reads).toBeGreaterThan(20);
    const report = await scene.rebuild('history');
    expect(report).toMatchObject({ onlyInOld: 0, onlyInNew: 0, different: 0, switched: true });
  });
});

/** `projection position` of each letter. */
async function deadLetters(scene: RebuildScene, count: number): Promise<ReadonlySet<string>> {
  const { PARLEY_KAFKA_URL: url = '', PARLEY_KAFKA_PREFIX: prefix = '' } = scene.server.settings;
  const kafka = new Kafka({ brokers: url.replace('kafka://', '').split(','), logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `${prefix}test` });
  const letters = new Set<string>();
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [`${prefix}events.dead`], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message: { headers = {} } }) => {
        letters.add(`${String(headers['ce_projection'])} ${String(headers['ce_position'])}`);
      },
    });
    await vi.waitFor(() => expect(letters.size).toBeGreaterThanOrEqual(count), { timeout: 60_000, interval: 200 });
  } finally {
    await consumer.disconnect();
  }
  return letters;
}
