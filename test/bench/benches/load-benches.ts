import type { Load, LoadResult } from '../measure/load.js';
import type { Figure, Goal } from '../report/figure.js';
import type { Bench, BenchContext } from './bench.js';
import { compareLoads, threadCosts, type ComparedLoads } from './compared-loads.js';

const textBytes = 100;
const relayName = 'relay';

/** Accepted and delivered: what both sides of the server have seen in a second. */
const throughput = ({ acceptedPerSecond, deliveredPerSecond }: LoadResult): number =>
  Math.min(acceptedPerSecond, deliveredPerSecond);

const loadOf = ({ settings }: BenchContext, load: Pick<Load, 'scene' | 'pace'>): Load => ({
  ...load,
  warmUpSeconds: settings.warmUpSeconds,
  seconds: settings.seconds,
  textBytes,
});

const compared = (
  name: string,
  unit: string,
  { relay, parley }: ComparedLoads,
  value: (result: LoadResult) => number,
  goal?: Goal,
): Figure => ({
  name,
  unit,
  parley: parley.map(value),
  reference: { name: relayName, values: relay.map(value) },
  ...(goal === undefined ? {} : { goal }),
});

const latencies = (loads: ComparedLoads): readonly Figure[] => [
  compared('acceptance p50', 'ms', loads, ({ acceptance }) => acceptance.p50 / 1_000),
  compared('acceptance p99', 'ms', loads, ({ acceptance }) => acceptance.p99 / 1_000),
  compared('delivery p50', 'ms', loads, ({ delivery }) => delivery.p50 / 1_000),
  compared('delivery p99', 'ms', loads, ({ delivery }) => delivery.p99 / 1_000),
];

const whereTheTimeGoes = ({ relay, parley }: ComparedLoads): readonly string[] => [
  `server CPU by thread, µs for each message: ${threadCosts(parley)} (relay: ${threadCosts(relay)})`,
  `catching up after the window: ${parley.map(({ catchUpSeconds }) => `${catchUpSeconds.toFixed(2)} s`).join(', ')}`,
  `memory of the server at the end: ${parley.map(({ servers }) => `${Math.round((servers[0]?.rssBytes ?? 0) / 2 ** 20)} MiB`).join(', ')}`,
];

const perCpuSecond = ({ serverMicrosPerAccepted }: LoadResult): number => 1e6 / serverMicrosPerAccepted;

export const saturated: Bench = {
  name: 'saturated',
  title: 'Saturated one to one: 50 pairs, everybody with 4 messages in flight',
  async run(context) {
    const loads = await compareLoads(
      context,
      loadOf(context, { scene: { kind: 'pairs', pairs: 50 }, pace: { kind: 'closed', inFlight: 4 } }),
    );
    return {
      figures: [
        compared('accepted and delivered', '/s', loads, throughput, { of: 'ratio', atLeast: 0.5 }),
        compared('accepted by server CPU-second', '', loads, perCpuSecond, { of: 'value', atLeast: 30_000 }),
        ...latencies(loads),
      ],
      notes: whereTheTimeGoes(loads),
    };
  },
};

export const light: Bench = {
  name: 'light',
  title: 'Lightly loaded: 4 pairs, everybody with 1 message in flight',
  async run(context) {
    const loads = await compareLoads(
      context,
      loadOf(context, { scene: { kind: 'pairs', pairs: 4 }, pace: { kind: 'closed', inFlight: 1 } }),
    );
    return {
      figures: [
        compared('accepted and delivered', '/s', loads, throughput, { of: 'ratio', atLeast: 0.7 }),
        ...latencies(loads),
      ],
      notes: whereTheTimeGoes(loads),
    };
  },
};

export const steady: Bench = {
  name: 'steady',
  title: '200 messages a second in 50 pairs, sent at fixed times whatever the server does (open loop)',
  async run(context) {
    const loads = await compareLoads(
      context,
      loadOf(context, { scene: { kind: 'pairs', pairs: 50 }, pace: { kind: 'steady', perSecond: 200 } }),
    );
    const late = loads.parley.map(({ lateness }) => `${(lateness.p99 / 1_000).toFixed(2)} ms`).join(', ');
    return {
      figures: [
        compared('end to end p50', 'ms', loads, ({ delivery }) => delivery.p50 / 1_000, { of: 'ratio', atMost: 1.3 }),
        compared('end to end p99', 'ms', loads, ({ delivery }) => delivery.p99 / 1_000, { of: 'ratio', atMost: 1.3 }),
        compared('acceptance p50', 'ms', loads, ({ acceptance }) => acceptance.p50 / 1_000),
        compared('acceptance p99', 'ms', loads, ({ acceptance }) => acceptance.p99 / 1_000),
      ],
      notes: [
        ...whereTheTimeGoes(loads),
        `the generator itself was late by p99 ${late}; that is part of the latencies`,
      ],
    };
  },
};

export const group: Bench = {
  name: 'group',
  title: 'A group of 500, all connected: 4 of them talk, with 1 message in flight each',
  async run(context) {
    const loads = await compareLoads(
      context,
      loadOf(context, { scene: { kind: 'group', members: 500, senders: 4 }, pace: { kind: 'closed', inFlight: 1 } }),
    );
    return {
      figures: [
        compared('deliveries', '/s', loads, ({ deliveredPerSecond }) => deliveredPerSecond, {
          of: 'ratio',
          atLeast: 0.8,
        }),
        compared('messages accepted', '/s', loads, ({ acceptedPerSecond }) => acceptedPerSecond),
        ...latencies(loads),
      ],
      notes: whereTheTimeGoes(loads),
    };
  },
};
