import { projectionNames } from '@parley/ports';
import { rebuild } from '../measure/parley-operation.js';
import type { Figure } from '../report/figure.js';
import { formatNumber } from '../report/figures-table.js';
import type { Bench } from './bench.js';

export const rebuilds: Bench = {
  name: 'rebuild',
  title: 'Building projections anew from the whole log while the server serves',
  async run({ grounds, say }) {
    const { server, operator, catchUp } = await grounds.longLog();
    const figures: Figure[] = [];
    const notes: string[] = [
      `all projections together from nothing, at the first start on this log: ` +
        `${formatNumber(catchUp.events / catchUp.seconds)} events a second (${formatNumber(catchUp.seconds)} s)`,
    ];
    for (const name of projectionNames) {
      say(`rebuilding ${name}`);
      const { events, fillSeconds, seconds, rows, differences } = await rebuild(server.url, operator, name);
      if (differences > 0) throw new Error(`${name}: the rebuilt projection differs in ${differences} rows`);
      figures.push({
        name,
        unit: 'events/s',
        parley: [events / fillSeconds],
        goal: { of: 'value', atLeast: 100_000 },
      });
      notes.push(
        `${name}: ${events.toLocaleString('en')} events in ${fillSeconds.toFixed(1)} s; compared row by row ` +
          `(${rows.toLocaleString('en')} rows, 0 different) and switched after ${seconds.toFixed(1)} s`,
      );
    }
    return { figures, notes };
  },
};
