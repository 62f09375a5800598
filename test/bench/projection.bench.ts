/**
 * What projecting costs: `node test/dist/bench/projection.bench.js [messages]`. Catching up from zero, following live
 * with deliveries, building each projection anew, and reading. One line a figure.
 */
import { openEventLog, startEmbeddedProjections } from '@parley/embedded';
import { projectorModule } from '@parley/projector';
import { projectionNames } from '@parley/ports';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Scene } from '../contract/read-models/scene.js';

const messages = Number(process.argv[2] ?? 200_000);
const pairs = 50;
const folder = mkdtempSync(join(tmpdir(), 'parley-projection-'));
const print = (name: string, text: string): void => console.log(`${name.padEnd(52)} ${text}`);
const text = 'so the question is whether the second of them ever gets to see the old one before it is replaced';

/** CPU seconds of the projecting thread, from Linux; 0 elsewhere. */
function projectorSeconds(): number {
  try {
    for (const id of readdirSync('/proc/self/task')) {
      const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
      if (!stat.includes('(projector)')) continue;
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    }
  } catch {
    // No /proc.
  }
  return 0;
}

const scene = { sent: 0 };
function talk(to: Scene, count: number): void {
  for (let i = 0; i < count; i++) {
    const pair = scene.sent++ % pairs;
    const sender = scene.sent % 2 === 0 ? 'a' : 'b';
    to.send(`cnv_pair_${pair}`, `usr_${sender}_${pair}`, `${text} ${scene.sent}`);
  }
}

async function timed(name: string, samples: number, work: (i: number) => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < samples; i++) {
    const began = performance.now();
    await work(i);
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (q: number): string => `${(times[Math.floor(times.length * q)] ?? 0).toFixed(3)} ms`;
  print(name, `p50 ${at(0.5)}, p99 ${at(0.99)}`);
}

const log = await openEventLog(folder);
const people = new Scene(log);
for (let pair = 0; pair < pairs; pair++) {
  people.register(`usr_a_${pair}`).register(`usr_b_${pair}`);
  people.start(`cnv_pair_${pair}`, { [`usr_a_${pair}`]: 'owner', [`usr_b_${pair}`]: 'member' });
}
for (let i = 0; i < 1_000; i++) people.start(`cnv_many_${i}`, { usr_many: 'owner', [`usr_a_${i % pairs}`]: 'member' });
await people.append();
for (let i = 0; i < messages; i += 10_000) {
  talk(people, Math.min(10_000, messages - i));
  await people.append();
}

const options = { dataDir: folder, projector: projectorModule, signal: log.signal, log };
const began = performance.now();
const projections = await startEmbeddedProjections(options);
await projections.caughtUp;
const seconds = (performance.now() - began) / 1_000;
const events = (await log.info()).events;
print(
  'catching up from zero, all projections',
  `${Math.round(events / seconds)} events/s, ${((projectorSeconds() / events) * 1e6).toFixed(1)} µs CPU each`,
);

const { readModels } = projections;
let delivered = 0;
projections.delivery.subscribe((batch) => {
  delivered += batch.deliveries.length;
});
const cpu = projectorSeconds();
const live = performance.now();
const rounds = 10;
for (let i = 0; i < rounds; i++) {
  talk(people, 10_000);
  const position = await people.append();
  await readModels.positions.waitFor(position, 60_000);
}
const liveSeconds = (performance.now() - live) / 1_000;
print(
  'live with deliveries, log and projections in turn',
  `${Math.round((rounds * 10_000) / liveSeconds)} messages/s, ${(((projectorSeconds() - cpu) / rounds / 10_000) * 1e6).toFixed(1)} µs CPU each, ${delivered} deliveries`,
);
const single = projectorSeconds();
await timed('one message: appended until readable', 500, async () => {
  talk(people, 1);
  await readModels.positions.waitFor(await people.append(), 10_000);
});
print(
  'one message alone',
  `${(((projectorSeconds() - single) / 500) * 1e6).toFixed(0)} µs CPU of the projecting thread`,
);

const conversationId = 'cnv_pair_0';
const windows = (await readModels.membership.membership(conversationId, 'usr_a_0'))?.windows ?? [];
const length = people.lastSequence(conversationId);
await timed(`history, 50 before a random one of ${length}`, 2_000, () =>
  readModels.history.page({
    conversationId,
    windows,
    before: 1 + Math.floor(Math.random() * length),
    limit: 50,
    notices: true,
  }),
);
await timed('conversation list, 50 of 1,000', 200, () =>
  readModels.inbox.entries({ userId: 'usr_many', limit: 50, archived: false }),
);
const { position } = await readModels.inbox.entries({ userId: 'usr_many', limit: 1, archived: false });
await timed('changes of the last 1,000 positions', 1_000, () =>
  readModels.inbox.changes('usr_a_1', position - 1_000, 500),
);
await timed('changes since the beginning, first page of 500', 200, () => readModels.inbox.changes('usr_a_1', 0, 500));
await timed('changes, nothing new, 1,000 conversations', 500, () =>
  readModels.inbox.changes('usr_many', position - 100, 500),
);

for (const name of projectionNames) {
  let rate = 0;
  const from = performance.now();
  const report = await projections.admin.rebuild(name, (progress) => (rate = progress.eventsPerSecond));
  const took = (performance.now() - from) / 1_000;
  const differences = report.onlyInNew + report.onlyInOld + report.different;
  print(
    `rebuild of ${name}`,
    `${Math.round(rate)} events/s, ${took.toFixed(1)} s with comparison, ${report.rows} rows, ${differences} differ`,
  );
}
for (const { name, bytes } of await projections.admin.status()) {
  print(
    `size of ${name}`,
    `${(bytes / 1_048_576).toFixed(1)} MiB, ${Math.round(bytes / (scene.sent || 1))} B a message`,
  );
}
await projections.close();
await log.close();
rmSync(folder, { recursive: true, force: true });
