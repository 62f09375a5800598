/**
 * What the read models cost on Cassandra: `CASSANDRA_URL=... node test/dist/bench/cassandra.bench.js [messages]`. Building
 * each projection from zero, following in small batches, and reading. One line a figure. In a keyspace of its own, which
 * is dropped at the end.
 */
import { openEventLog } from '@parley/embedded';
import { conversationProjections } from '@parley/cassandra';
import { decodeEvent, type RecordedEvent } from '@parley/events';
import type { Projection } from '@parley/ports';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestKeyspace } from '../cluster/cassandra-core/keyspace.js';
import { projector } from '../cluster/cassandra/models.js';
import { Stored } from '../cluster/cassandra/stored.js';
import { storesOf } from '../cluster/cassandra/stores.js';
import { Scene } from '../contract/read-models/scene.js';

const messages = Number(process.argv[2] ?? 100_000);
const pairs = 200;
const listed = 1_000;
const print = (name: string, text: string): void => console.log(`${name.padEnd(56)} ${text}`);
const text = 'so the question is whether the second of them ever gets to see the old one before it is replaced';

async function timed(name: string, samples: number, work: (i: number) => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < samples; i++) {
    const began = performance.now();
    await work(i);
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (q: number): string => `${(times[Math.floor(times.length * q)] ?? 0).toFixed(2)} ms`;
  print(name, `p50 ${at(0.5)}, p99 ${at(0.99)}`);
}

/** The events of a small company: pairs who talk, and somebody with many conversations. */
async function eventsOf(): Promise<readonly RecordedEvent[]> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-cassandra-bench-'));
  const log = await openEventLog(folder);
  const scene = new Scene(log);
  for (let pair = 0; pair < pairs; pair++) {
    scene.start(`cnv_pair_${pair}`, { [`usr_a_${pair}`]: 'owner', [`usr_b_${pair}`]: 'member' });
  }
  for (let i = 0; i < listed; i++) {
    scene.start(`cnv_many_${i}`, { usr_many: 'owner', [`usr_a_${i % pairs}`]: 'member' });
  }
  for (let i = 0; i < messages; i++) {
    const pair = i % pairs;
    scene.send(`cnv_pair_${pair}`, `usr_${i % 2 === 0 ? 'a' : 'b'}_${pair}`, `${text} ${i}`);
    if (i % 10_000 === 0) await scene.append();
  }
  await scene.append();
  const events: RecordedEvent[] = [];
  for (let after = 0; ;) {
    const page = await log.readAll({ after, limit: 4_096 });
    events.push(...page.events);
    after = page.considered;
    if (page.atEnd) break;
  }
  await log.close();
  rmSync(folder, { recursive: true });
  return events;
}

const recorded = await eventsOf();
const decoded = recorded.map((event) => decodeEvent(event));
const { projections } = await projector();
const keyspace = await openTestKeyspace();
const stored = await Stored.open(keyspace.client);

for (const name of conversationProjections) {
  const projection = projections.find((each): each is Projection<typeof name> => each.name === name);
  const stores = storesOf(keyspace.client);
  const generation = 1_000;
  const store = await stores.openGeneration({ projection: name, generation, partition: 0, serving: false });
  const began = performance.now();
  const cpu = process.cpuUsage();
  for (let at = 0; at < decoded.length; at += 4_096) {
    const batch = decoded.slice(at, at + 4_096);
    const operations = batch.flatMap((event) => projection?.evolve(event) ?? []);
    await store.apply({
      operations,
      parked: [],
      checkpoint: batch.at(-1)?.recorded.position ?? 0,
    });
  }
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const each = ((user + system) / decoded.length).toFixed(1);
  print(`building ${name}`, `${Math.round(decoded.length / seconds)} events/s, ${each} µs CPU each`);
}

const first = decoded.slice(0, pairs + listed + 20 * pairs);
for (const name of conversationProjections) {
  const projection = projections.find((each): each is Projection<typeof name> => each.name === name);
  for (let at = 0; at < first.length; at += 500) {
    const operations = first.slice(at, at + 500).flatMap((event) => projection?.evolve(event) ?? []);
    await stored.write(name, operations);
  }
}
let position = (recorded.at(-1)?.position ?? 0) + 1;
let sequence = 10_000;
const history = projections.find((each): each is Projection<'history'> => each.name === 'history');
const watermarks = projections.find((each): each is Projection<'watermarks'> => each.name === 'watermarks');
const batchOf = (count: number) =>
  Array.from({ length: count }, (_, i) => {
    sequence++;
    const data = {
      sequence,
      messageId: `msg_${sequence}`,
      clientMessageId: `c${sequence}`,
      senderId: `usr_a_${i % pairs}`,
      content: { type: 'text.v1', text },
    };
    const stream = `conversation-cnv_pair_${i % pairs}`;
    const event = { stream, type: 'MessageSent.v1', data: JSON.stringify(data), metadata: '{"actorId":"usr_a"}' };
    return decodeEvent({
      ...event,
      eventId: `${sequence}`,
      revision: sequence,
      position: position++,
      time: Date.now(),
    });
  });
for (const size of [1, 10, 100]) {
  const both = async (): Promise<void> => {
    const batch = batchOf(size);
    await Promise.all([
      stored.write(
        'history',
        batch.flatMap((event) => history?.evolve(event) ?? []),
      ),
      stored.write(
        'watermarks',
        batch.flatMap((event) => watermarks?.evolve(event) ?? []),
      ),
    ]);
  };
  await both();
  await timed(`${size} messages to rows and checkpoint`, 300, both);
}

const { readers } = stored;
const windows = [{ afterSequence: 0, untilSequence: null, afterPosition: 1, untilPosition: null }];
await timed('history page of 50', 500, (i) =>
  readers.history.page({ conversationId: `cnv_pair_${i % pairs}`, windows, limit: 50, notices: true }),
);
await timed('conversation list, 50 of 1,000', 30, () =>
  readers.inbox.entries({ userId: 'usr_many', limit: 50, archived: false }),
);
await timed('changes of a pair since the last 1,000 positions', 300, (i) =>
  readers.inbox.changes(`usr_b_${i % pairs}`, position - 1_000, 100),
);
await timed('changes, nothing new in 1,000 conversations', 100, () =>
  readers.inbox.changes('usr_many', position - 1_000, 100),
);
await timed('changes from the beginning, in 1,000 conversations', 5, () => readers.inbox.changes('usr_many', 0, 100));
await timed('membership of one person', 500, (i) =>
  readers.membership.membership(`cnv_pair_${i % pairs}`, `usr_a_${i % pairs}`),
);
stored.close();
await keyspace.close();
