import { loadavg } from 'node:os';
import type { Bench } from '../benches/bench.js';
import type { Figure } from '../report/figure.js';
import { OtlpReceiver } from '../../kit/traces/otlp-receiver.js';
import { type PictureLine, stagesSvg } from '../traces/stages-picture.js';
import { stagesMarkdown } from '../traces/stages-table.js';
import { type Journey, journeysOf, summaryOf } from '../traces/stages.js';
import { type ClusterGrounds, loadOn } from './cluster-grounds.js';
import { clusterLoad, pairs } from './cluster-loads.js';

/** Of the messages: what is traced must not be what is measured. */
const tracedRatio = 0.2;
const microsNow = (): number => Date.now() * 1_000;

interface Phase {
  readonly perSecond: number;
  readonly from: number;
  readonly to: number;
  readonly load: number;
  /** What the generator saw, from send to receipt; ms. */
  readonly endToEnd: number;
}

const stagesAt = (perSecond: number): Bench<ClusterGrounds> => ({
  name: `stages-${perSecond}`,
  title: `Where the time goes at ${perSecond.toLocaleString('en')} messages a second, out of the traces of every fifth`,
  async run(context) {
    const { grounds, settings } = context;
    const receiver = await OtlpReceiver.start();
    try {
      const cluster = await grounds.startWarm({ settings: tracing(receiver.endpoint) });
      const phases: Phase[] = [];
      try {
        const load = loadavg()[0] ?? 0;
        context.say(`${perSecond} messages a second, traced; load of the machine ${load.toFixed(1)}`);
        const result = await loadOn(cluster, clusterLoad(context, pairs, { kind: 'steady', perSecond }));
        const to = microsNow();
        const from = to - (settings.seconds + result.catchUpSeconds + 1) * 1e6;
        phases.push({ perSecond, from, to, load, endToEnd: result.delivery.mean / 1_000 });
      } finally {
        // Each process sends its last spans as it ends.
        await grounds.end(cluster);
      }
      return report(phases, journeysOf(receiver.spans));
    } finally {
      await receiver.close();
    }
  },
});

export const stagesBenches: readonly Bench<ClusterGrounds>[] = [200, 1_000].map(stagesAt);

const tracing = (endpoint: string): Readonly<Record<string, string>> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
  OTEL_TRACES_SAMPLER_ARG: String(tracedRatio),
  OTEL_BSP_MAX_QUEUE_SIZE: '65536',
  OTEL_BSP_SCHEDULE_DELAY: '1000',
});

function report(phases: readonly Phase[], journeys: readonly Journey[]) {
  const figures: Figure[] = [];
  const details: string[] = [];
  const lines: PictureLine[] = [];
  const notes: string[] = [];
  for (const { perSecond, from, to, load, endToEnd } of phases) {
    const summary = summaryOf(journeys.filter(({ startedAt }) => startedAt >= from && startedAt <= to));
    if (summary.messages === 0) throw new Error('no message was traced from socket to socket');
    const title = `${perSecond.toLocaleString('en')} messages a second`;
    figures.push({ name: `socket to socket p50, ${title}`, unit: 'ms', parley: [summary.total.p50] });
    figures.push({ name: `socket to socket p99, ${title}`, unit: 'ms', parley: [summary.total.p99] });
    details.push(stagesMarkdown(title, summary));
    lines.push({ title, summary });
    notes.push(
      `${title}, load of the machine before ${load.toFixed(1)}: the generator saw ${endToEnd.toFixed(1)} ms on average, ` +
        `${(endToEnd - summary.total.mean).toFixed(1)} ms of it on sockets and in itself`,
    );
  }
  return {
    figures,
    details,
    notes,
    pictures: { [`images/cluster-stages-${phases[0]?.perSecond ?? 0}.svg`]: stagesSvg(lines) },
  };
}
