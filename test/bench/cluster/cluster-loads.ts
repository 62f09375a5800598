import { loadavg } from 'node:os';
import type { Bench, BenchContext } from '../benches/bench.js';
import type { Load, LoadResult, PaceShape, SceneShape } from '../measure/load.js';
import type { Figure, Goal } from '../report/figure.js';
import type { BenchCluster } from './bench-cluster.js';
import { type ClusterGrounds, loadOn, refusedOf } from './cluster-grounds.js';

const textBytes = 100;

export const clusterLoad = (
  { settings }: Pick<BenchContext<ClusterGrounds>, 'settings'>,
  scene: SceneShape,
  pace: PaceShape,
): Load => ({ scene, pace, warmUpSeconds: settings.warmUpSeconds, seconds: settings.seconds, textBytes });

export const pairs: SceneShape = { kind: 'pairs', pairs: 50 };

const inMs = (micros: number): number => micros / 1_000;

interface Repeated {
  readonly results: readonly LoadResult[];
  readonly notes: readonly string[];
}

/** The same load as often as is wanted, on the cluster that all loads share. */
async function repeat(context: BenchContext<ClusterGrounds>, load: Load): Promise<Repeated> {
  const cluster = await context.grounds.shared();
  const results: LoadResult[] = [];
  const loads: string[] = [];
  for (let n = 1; n <= context.settings.repetitions; n++) {
    loads.push((loadavg()[0] ?? 0).toFixed(1));
    context.say(`repetition ${n} of ${context.settings.repetitions}, load of the machine ${loads.at(-1)}`);
    results.push(await loadOn(cluster, load));
  }
  return { results, notes: [`load of the machine before each: ${loads.join(', ')}`, ...costsOf(cluster, results)] };
}

/** CPU of our processes by accepted message, of the last repetition. */
function costsOf(cluster: BenchCluster, results: readonly LoadResult[]): readonly string[] {
  const last = results.at(-1);
  if (last === undefined) return [];
  const all = last.servers.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  const messages = (all * 1e6) / last.serverMicrosPerAccepted;
  const each = cluster.watched.map(({ name }, n) => {
    const { cpuSeconds = 0 } = last.servers[n] ?? {};
    return `${name} ${((cpuSeconds * 1e6) / messages).toFixed(0)}`;
  });
  const refused = results.map((result) => `${refusedOf(result)} of ${result.sent}`).join(', ');
  return [
    `refused with the word to come again, warm-up included: ${refused}`,
    `CPU of our processes, µs a message: ${each.join(', ')} (together ${last.serverMicrosPerAccepted.toFixed(0)}; the engines not counted)`,
    `until all projections had caught up after the window: ${results.map(({ catchUpSeconds }) => `${catchUpSeconds.toFixed(2)} s`).join(', ')}`,
  ];
}

const atMost = (goal: number | undefined): Goal | undefined =>
  goal === undefined ? undefined : { of: 'value', atMost: goal };

function steady(perSecond: number, goals: { readonly p50?: number; readonly p99?: number }): Bench<ClusterGrounds> {
  return {
    name: `steady-${perSecond}`,
    title: `${perSecond.toLocaleString('en')} messages a second in 50 pairs, sent at fixed times whatever the servers do`,
    async run(context) {
      const load = clusterLoad(context, pairs, { kind: 'steady', perSecond });
      const { results, notes } = await repeat(context, load);
      const late = results.map(({ lateness }) => `${inMs(lateness.p99).toFixed(2)} ms`).join(', ');
      return {
        figures: [
          latency('end to end p50', results, ({ delivery }) => delivery.p50, atMost(goals.p50)),
          latency('end to end p99', results, ({ delivery }) => delivery.p99, atMost(goals.p99)),
          latency('acceptance p50', results, ({ acceptance }) => acceptance.p50),
          latency('acceptance p99', results, ({ acceptance }) => acceptance.p99),
        ],
        notes: [...notes, `the generator itself was late by p99 ${late}; that is part of the latencies`],
      };
    },
  };
}

function latency(name: string, results: readonly LoadResult[], micros: (result: LoadResult) => number, goal?: Goal) {
  const figure: Figure = { name, unit: 'ms', parley: results.map((result) => inMs(micros(result))) };
  return goal === undefined ? figure : { ...figure, goal };
}

/** Goals in milliseconds. */
export const steadyLoads: readonly Bench<ClusterGrounds>[] = [
  steady(100, {}),
  steady(200, { p50: 10, p99: 30 }),
  steady(500, {}),
  steady(1_000, { p99: 50 }),
];

export const clusterSaturated: Bench<ClusterGrounds> = {
  name: 'saturated',
  title: 'As much as goes: 50 pairs, everybody with 4 messages in flight, all projections kept up',
  async run(context) {
    const load = clusterLoad(context, pairs, { kind: 'closed', inFlight: 4 });
    const { results, notes } = await repeat(context, load);
    return {
      figures: [
        {
          name: 'accepted and delivered',
          unit: '/s',
          parley: results.map(({ acceptedPerSecond, deliveredPerSecond }) =>
            Math.min(acceptedPerSecond, deliveredPerSecond),
          ),
        },
        latency('acceptance p50', results, ({ acceptance }) => acceptance.p50),
        latency('end to end p50', results, ({ delivery }) => delivery.p50),
        latency('end to end p99', results, ({ delivery }) => delivery.p99),
      ],
      notes,
    };
  },
};

export const clusterGroup: Bench<ClusterGrounds> = {
  name: 'group',
  title: 'A group of 500, all connected: 4 of them talk, with 1 message in flight each',
  async run(context) {
    const load = clusterLoad(context, { kind: 'group', members: 500, senders: 4 }, { kind: 'closed', inFlight: 1 });
    const { results, notes } = await repeat(context, load);
    return {
      figures: [
        { name: 'deliveries', unit: '/s', parley: results.map(({ deliveredPerSecond }) => deliveredPerSecond) },
        { name: 'messages accepted', unit: '/s', parley: results.map(({ acceptedPerSecond }) => acceptedPerSecond) },
        latency('acceptance p50', results, ({ acceptance }) => acceptance.p50),
        latency('end to end p50', results, ({ delivery }) => delivery.p50),
        latency('end to end p99', results, ({ delivery }) => delivery.p99),
      ],
      notes,
    };
  },
};
