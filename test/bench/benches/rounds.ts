import { Histogram } from '../measure/histogram.js';
import { cpuSeconds } from '../measure/process-figures.js';
import type { Figure, Goal } from '../report/figure.js';
import type { Dialogue } from './dialogue.js';

/** What messages cost in some case, one after the other. */
export interface Costs {
  readonly acceptance: Histogram;
  readonly delivery: Histogram;
  cpuSeconds: number;
  messages: number;
}

export const noCosts = (): Costs => ({
  acceptance: new Histogram(),
  delivery: new Histogram(),
  cpuSeconds: 0,
  messages: 0,
});

/**
 * So many messages one after the other, added to the costs.
 * @param settled resolves when the server has nothing left to do: its CPU until then counts
 */
export async function measureRound(
  costs: Costs,
  options: {
    readonly pid: number;
    readonly dialogue: Dialogue;
    readonly conversationId: string;
    readonly messages: number;
    readonly settled: () => Promise<void>;
  },
): Promise<void> {
  const { pid, dialogue, conversationId, messages, settled } = options;
  await settled();
  const before = cpuSeconds(pid);
  for (let n = 0; n < messages; n++) {
    const { acceptance, delivery } = await dialogue.say(conversationId);
    costs.acceptance.record(acceptance);
    costs.delivery.record(delivery);
  }
  await settled();
  costs.cpuSeconds += cpuSeconds(pid) - before;
  costs.messages += messages;
}

/** The harder case beside the easier one: server CPU, acceptance and delivery of a message. */
export function compareCosts(
  reference: string,
  harder: readonly Costs[],
  easier: readonly Costs[],
  goal: Goal,
): readonly Figure[] {
  const figure = (name: string, unit: string, value: (costs: Costs) => number): Figure => ({
    name,
    unit,
    parley: harder.map(value),
    reference: { name: reference, values: easier.map(value) },
    goal,
  });
  return [
    figure('server CPU a message', 'µs', (costs) => (costs.cpuSeconds * 1e6) / costs.messages),
    figure('acceptance p50', 'ms', ({ acceptance }) => acceptance.percentile(50) / 1_000),
    figure('delivery p50', 'ms', ({ delivery }) => delivery.percentile(50) / 1_000),
  ];
}
