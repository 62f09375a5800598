import { costs } from './costs.js';
import { assumptions, type Demand, type Plan, planFor } from './plan.js';

/** The three sizes of the document. */
const sizes: readonly Pick<Demand, 'users' | 'messagesPerDay'>[] = [
  { users: 100e3, messagesPerDay: 5e6 },
  { users: 10e6, messagesPerDay: 500e6 },
  { users: 2e9, messagesPerDay: 100e9 },
];

const whole = (value: number): string => Math.round(value).toLocaleString('en');

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
export function bytesText(bytes: number): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(bytes) / 3)));
  const value = bytes / 1000 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

/** A name and a value a line. */
export function linesOf(plan: Plan): readonly (readonly [name: string, value: string])[] {
  const { machines, disk } = plan;
  const one: readonly (readonly [string, string])[] = [
    ['messages a second, average', whole(plan.averagePerSecond)],
    ['messages a second, peak', whole(plan.peakPerSecond)],
    ['sockets at the peak', whole(plan.sockets)],
    ['deliveries a second, peak', whole(plan.deliveriesPerSecond)],
    ['pushed to devices', `${bytesText(plan.networkBytesPerSecond)}/s`],
    ['one process is enough', plan.fitsOneProcess ? `yes: ${bytesText(disk.embedded)} of disk` : 'no'],
  ];
  return [
    ...one,
    ['cells (event logs)', whole(plan.cells)],
    ['command-api processes', whole(plan.commandApis)],
    ['projector processes', whole(plan.projectors)],
    ['gateway processes', whole(plan.gateways)],
    ['memory of gateways', bytesText(plan.gatewayMemoryBytes)],
    ['Kafka partitions of a cell', whole(plan.partitionsPerCell)],
    ['machines of our processes', whole(machines.parley)],
    ['event log: nodes, disk', `${whole(machines.eventStore)}, ${bytesText(disk.eventStore)}`],
    ['Kafka: brokers, disk', `${whole(machines.kafka)}, ${bytesText(disk.kafka)}`],
    ['Cassandra: nodes, disk', `${whole(machines.cassandra)}, ${bytesText(disk.cassandra)}`],
    ['Elasticsearch: nodes, disk', `${whole(machines.elasticsearch)}, ${bytesText(disk.elasticsearch)}`],
  ];
}

/** What stands in the document: costs, and the plans of the three sizes. */
export function documentPart(): string {
  const plans = sizes.map((size) => planFor({ ...assumptions, ...size }));
  const rows = plans.map(linesOf);
  const names = rows[0]?.map(([name]) => name) ?? [];
  const head = sizes.map(
    ({ users, messagesPerDay }) => `${whole(users)} users, ${whole(messagesPerDay)} messages a day`,
  );
  const table = [
    `| | ${head.join(' | ')} |`,
    `|---|${sizes.map(() => '--:|').join('')}`,
    ...names.map((name, index) => `| ${name} | ${rows.map((lines) => lines[index]?.[1]).join(' | ')} |`),
  ];
  const breaks = plans.map((plan, index) => `- **${head[index]}:** ${plan.firstToBreak}.`);
  const costRows = Object.entries(costs).map(([name, { value, from }]) => `| \`${name}\` | ${value} | ${from} |`);
  return [
    ['### Costs', '', '| cost | value | from |', '|---|--:|---|', ...costRows].join('\n'),
    ['### Three sizes', '', ...table].join('\n'),
    ['### The first thing to break', '', ...breaks].join('\n'),
  ].join('\n\n');
}
