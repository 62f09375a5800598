import { openEventStoreLog } from '@parley/eventstore';
import { createLogger, newId } from '@parley/platform';
import type { EventIdIndex } from '@parley/ports';
import type { Bench } from '../benches/bench.js';
import { rebuild, type Rebuilt, untilProjected } from '../measure/parley-operation.js';
import { operatorName, registerOrLogIn } from '../measure/parley-people.js';
import { LogFiller } from '../prefill/log-filler.js';
import { randomOf } from '../prefill/random.js';
import type { Figure } from '../report/figure.js';
import { formatNumber } from '../report/figures-table.js';
import type { ClusterGrounds } from './cluster-grounds.js';

/** The one with most rows of each engine, and its goal in events a second. */
const measured = [
  { name: 'history', engine: 'Cassandra', atLeast: 30_000 },
  { name: 'search', engine: 'Elasticsearch', atLeast: 20_000 },
] as const;

const conversations = 200;
const membersEach = 5;
/** Events in the log; a cluster on the machine of the bench fills it in a minute. */
const mostEvents = 200_000;

export const clusterRebuilds: Bench<ClusterGrounds> = {
  name: 'rebuild',
  title: 'Projections built anew from the whole log while the servers serve',
  async run({ grounds, settings, say }) {
    const messages = Math.min(mostEvents, settings.events);
    let began = 0;
    const cluster = await grounds.start({
      prefill: async (eventstoreUrl) => {
        say(`writing a log of ${messages.toLocaleString('en')} messages`);
        await writeLog(eventstoreUrl, messages);
        began = performance.now();
      },
    });
    try {
      const [url] = cluster.urls;
      const operator = await registerOrLogIn(url, operatorName);
      await untilProjected(cluster.operatedAt, operator, { limitSeconds: 900 });
      const seconds = (performance.now() - began) / 1_000;
      const notes = [
        `all projections together from nothing, by way of relay and Kafka, start of the processes included: ` +
          `${formatNumber(messages / seconds)} events a second (${formatNumber(seconds)} s)`,
      ];
      const figures: Figure[] = [];
      for (const { name, engine, atLeast } of measured) {
        say(`rebuilding ${name}`);
        const built = await rebuild(cluster.operatedAt, operator, name);
        figures.push(rate(`${name} to ${engine}`, built, atLeast));
        notes.push(
          `${name}: ${built.events.toLocaleString('en')} events in ${built.fillSeconds.toFixed(1)} s; compared ` +
            `(${built.rows.toLocaleString('en')} rows, ${built.differences} different) and switched after ${built.seconds.toFixed(1)} s`,
        );
        if (built.differences > 0) throw new Error(`${name}: the rebuilt projection differs from the one before`);
      }
      return { figures, notes };
    } finally {
      await grounds.end(cluster);
    }
  },
};

const rate = (name: string, { events, fillSeconds }: Rebuilt, atLeast: number): Figure => ({
  name,
  unit: 'events/s',
  parley: [events / fillSeconds],
  goal: { of: 'value', atLeast },
});

async function writeLog(url: string, messages: number): Promise<void> {
  const log = await openEventStoreLog({ url, index: nothingBefore, logger: createLogger('warn') });
  try {
    const filler = new LogFiller(log, randomOf(5), Date.now() - messages * 1_000);
    const ids = Array.from({ length: conversations }, () => newId('cnv'));
    for (const id of ids) {
      await filler.start(
        id,
        Array.from({ length: membersEach }, () => newId('usr')),
      );
    }
    const turn = LogFiller.most / 5;
    for (let said = 0, n = 0; said < messages; said += turn, n++) await filler.talk(ids[n % ids.length] ?? '', turn);
    await filler.finish();
  } finally {
    await log.close();
  }
}

/** Of a log that begins empty and is written once. */
const nothingBefore: EventIdIndex = {
  find: () => Promise.resolve(new Map()),
  indexedRevision: () => Promise.resolve(-1),
};
