/**
 * How fast projections are rebuilt, and where the time goes: `CASSANDRA_URL=... ELASTICSEARCH_URL=... node
 * test/dist/bench/rebuild.bench.js [messages]`. A log of talk in 200 conversations, read from the embedded log or, with
 * EVENTSTORE=1, from a compatible node; in places of its own, which are dropped at the end. One line a projection.
 */
import { CassandraGenerations, ServingGenerations, storedProjections } from '@parley/cassandra';
import { openEventLog } from '@parley/embedded';
import { openEventStoreLog } from '@parley/eventstore';
import { createLogger, newId } from '@parley/platform';
import type {
  EventLogReader,
  EventLogWriter,
  Projection,
  ProjectionBatch,
  ProjectionGenerations,
  ProjectionStore,
} from '@parley/ports';
import { fill, projectionGroups } from '@parley/projector';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestKeyspace } from '../cluster/cassandra-core/keyspace.js';
import { storesOf } from '../cluster/cassandra/stores.js';
import { TestSearch } from '../cluster/elasticsearch/engine.js';
import { spawnCompatibleNode } from '../eventstore-node/index.js';
import { nothingComesTwice } from '../kit/nothing-comes-twice.js';
import { LogFiller } from './prefill/log-filler.js';
import { randomOf } from './prefill/random.js';

const messages = Number(process.argv[2] ?? 100_000);
const folder = mkdtempSync(join(tmpdir(), 'parley-rebuild-'));
const directory = join(folder, 'log');
mkdirSync(directory);
const { log, end } = await openLog();
const filler = new LogFiller(log, randomOf(1), Date.UTC(2025, 0, 1));
const people = Array.from({ length: 50 }, () => newId('usr'));
const conversations = Array.from({ length: 200 }, () => newId('cnv'));
for (const [n, id] of conversations.entries()) await filler.start(id, people.slice(n % 40, (n % 40) + 10));
for (let round = 0; round < 10; round++) {
  for (const id of conversations) await filler.talk(id, Math.ceil(messages / conversations.length / 10));
}
await filler.finish();
let total = 0;

async function openLog(): Promise<{ log: EventLogReader & EventLogWriter; end(): Promise<void> }> {
  if (process.env['EVENTSTORE'] === undefined) {
    const embedded = await openEventLog(directory);
    return { log: embedded, end: () => embedded.close() };
  }
  const node = await spawnCompatibleNode({ directory });
  const logger = createLogger('silent');
  const opened = await openEventStoreLog({ url: node.connectionString, index: nothingComesTwice, logger });
  const close = async (): Promise<void> => {
    await opened.close();
    await node.stop();
  };
  return { log: opened, end: close };
}

/** Milliseconds that somebody waited, by what for. */
class Waited {
  reading = 0;
  writing = 0;
  async time<T>(what: 'reading' | 'writing', work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work();
    } finally {
      this[what] += performance.now() - began;
    }
  }
}

async function measure(projection: Projection, generations: ProjectionGenerations): Promise<void> {
  await generations.planOrFirst(projection.version);
  const store = await generations.openBuild(await generations.begin(projection.version));
  const waited = new Waited();
  const timed: ProjectionStore<never> = {
    checkpoint: () => store.checkpoint(),
    apply: (batch: ProjectionBatch<never>) => waited.time('writing', () => store.apply(batch)),
    applyParked: (position, operations) => store.applyParked(position, operations),
    parked: (page) => store.parked(page),
    close: () => store.close(),
  };
  const { lastPosition: to } = await log.info();
  let taken = 0;
  const cpu = process.cpuUsage();
  const began = performance.now();
  await fill({
    projection,
    log: { readAll: (options) => waited.time('reading', () => log.readAll(options)) },
    store: timed,
    from: 0,
    to,
    signal: new AbortController().signal,
    onPage: async (events) => void (taken += events),
  });
  total = taken;
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const rate = Math.round((total / ms) * 1_000).toLocaleString('en');
  const share = (part: number): string => `${Math.round((part / ms) * 100)} %`;
  console.log(
    `${projection.name.padEnd(12)} ${rate.padStart(8)} events/s   writing ${share(waited.writing)}   reading beside it ${share(waited.reading)}   CPU of this process ${share((user + system) / 1_000)}`,
  );
}

const all = Object.values(projectionGroups).flat();
const keyspace = await openTestKeyspace();
const { client } = keyspace;
const generations = new ServingGenerations(client);
for (const name of storedProjections) {
  const projection = all.find((each) => each.name === name);
  if (projection === undefined) continue;
  const own = new CassandraGenerations(name, { client, stores: storesOf(client), generations, partitions: 1 });
  await measure(projection, own);
}
generations.close();
await keyspace.close();
const search = new TestSearch({ shards: 3 });
for (const projection of projectionGroups.search) {
  await measure(projection, search.search.generations);
}
await search.close();
console.log(`${total} events`);
await end();
rmSync(folder, { recursive: true });
