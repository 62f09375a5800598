import { costs } from './costs.js';

/** What is asked for, and what is assumed of it. */
export interface Demand {
  readonly users: number;
  readonly messagesPerDay: number;
  /** Members of the conversation that a message is said in, on average. */
  readonly membersPerMessage: number;
  readonly devicesPerUser: number;
  /** Of all users at the busiest moment. */
  readonly shareOnline: number;
  /** The busiest second beside the average one. */
  readonly peak: number;
  readonly retentionDays: number;
  readonly copies: number;
  /** Of a machine: cores, and the share of them that may be busy at the peak. */
  readonly cores: number;
  readonly busy: number;
  /** Sockets that one gateway process holds at most. */
  readonly socketsPerGateway: number;
}

export const assumptions: Omit<Demand, 'users' | 'messagesPerDay'> = {
  membersPerMessage: 4,
  devicesPerUser: 1.5,
  shareOnline: 0.3,
  peak: 3,
  retentionDays: 365,
  copies: 3,
  cores: 16,
  busy: 0.6,
  socketsPerGateway: 50_000,
};

export interface Plan {
  readonly averagePerSecond: number;
  readonly peakPerSecond: number;
  readonly sockets: number;
  readonly deliveriesPerSecond: number;
  /** One process and one folder are enough. */
  readonly fitsOneProcess: boolean;
  /** Whole deployments side by side, each with an event log of its own. */
  readonly cells: number;
  /** Processes, of one core each, over all cells. */
  readonly commandApis: number;
  readonly projectors: number;
  readonly gateways: number;
  /** Of Kafka, in each cell: a projector process has at least one. */
  readonly partitionsPerCell: number;
  /** Machines of our own processes, and of the engines. */
  readonly machines: {
    readonly parley: number;
    readonly eventStore: number;
    readonly kafka: number;
    readonly cassandra: number;
    readonly elasticsearch: number;
  };
  /** Bytes after the retention, copies included. */
  readonly disk: {
    readonly eventStore: number;
    readonly kafka: number;
    readonly cassandra: number;
    readonly elasticsearch: number;
    readonly embedded: number;
  };
  readonly gatewayMemoryBytes: number;
  readonly networkBytesPerSecond: number;
  readonly firstToBreak: string;
}

const secondsPerDay = 86_400;
const kafkaDays = 7;
/** Of Cassandra: room for compaction. Of the others: what is written before old files go. */
const headroom = { cassandra: 2, others: 1.3 };
const microsPerSecond = 1e6;
const leastNodes = 3;

/** Pure: the same demand, the same plan. */
export function planFor(demand: Demand): Plan {
  const averagePerSecond = demand.messagesPerDay / secondsPerDay;
  const peakPerSecond = averagePerSecond * demand.peak;
  const sockets = demand.users * demand.shareOnline * demand.devicesPerUser;
  const deliveriesPerSecond = peakPerSecond * demand.membersPerMessage * demand.shareOnline * demand.devicesPerUser;
  const cells = atLeastOne(peakPerSecond / costs.logAppendsPerSecond.value);
  const processes = (micros: number): number => atLeastOne(micros / (microsPerSecond * demand.busy));
  const commandApis = processes(peakPerSecond * costs.commandMicros.value);
  const projectors = processes(peakPerSecond * costs.projectorMicros.value);
  const gatewayMicros =
    peakPerSecond * costs.gatewaySendMicros.value + deliveriesPerSecond * costs.deliveryMicros.value;
  const gateways = Math.max(processes(gatewayMicros), atLeastOne(sockets / demand.socketsPerGateway));
  const stored = demand.messagesPerDay * demand.retentionDays * demand.copies;
  const disk = {
    eventStore: stored * costs.logBytes.value * headroom.others,
    kafka: demand.messagesPerDay * Math.min(kafkaDays, demand.retentionDays) * demand.copies * costs.kafkaBytes.value,
    cassandra: stored * costs.cassandraBytes.value * headroom.cassandra,
    elasticsearch: demand.messagesPerDay * demand.retentionDays * 2 * costs.elasticsearchBytes.value * headroom.others,
    embedded: demand.messagesPerDay * demand.retentionDays * costs.embeddedBytes.value,
  };
  const kafkaBytes = peakPerSecond * costs.kafkaBytes.value * demand.copies;
  // A message is a row of history and one of the index of event ids.
  const cassandraWrites = peakPerSecond * 2 * demand.copies;
  const nodes = (needed: number): number => Math.max(leastNodes * cells, Math.ceil(needed));
  const fitsOneProcess =
    peakPerSecond <= costs.embeddedMessagesPerSecond.value * demand.busy && sockets <= demand.socketsPerGateway;
  return {
    averagePerSecond,
    peakPerSecond,
    sockets,
    deliveriesPerSecond,
    fitsOneProcess,
    cells,
    commandApis,
    projectors,
    gateways,
    partitionsPerCell: Math.max(leastNodes, Math.ceil(projectors / cells)),
    machines: {
      parley: atLeastOne((commandApis + projectors + gateways) / demand.cores),
      eventStore: leastNodes * cells,
      kafka: nodes(kafkaBytes / costs.kafkaBytesPerSecond.value),
      cassandra: nodes(cassandraWrites / costs.cassandraWritesPerSecond.value),
      elasticsearch: nodes((peakPerSecond * 2) / costs.elasticsearchWritesPerSecond.value),
    },
    disk,
    gatewayMemoryBytes:
      sockets * (costs.socketBytes.value + costs.socketKernelBytes.value) + gateways * costs.processBytes.value,
    networkBytesPerSecond: deliveriesPerSecond * costs.pushedBytes.value,
    firstToBreak: firstToBreak(fitsOneProcess, cells, sockets, demand),
  };
}

const atLeastOne = (needed: number): number => Math.max(1, Math.ceil(needed));

function firstToBreak(fitsOneProcess: boolean, cells: number, sockets: number, demand: Demand): string {
  if (fitsOneProcess) return 'nothing yet: one process has room; then its one disk, and that there is only one of it';
  if (cells === 1) {
    return sockets > demand.socketsPerGateway
      ? 'sockets: one process does not hold them; the event log, with one leader for all streams, comes next'
      : 'the one process; the event log, with one leader for all streams, comes next';
  }
  return (
    `the event log: one leader takes ${costs.logAppendsPerSecond.value} appends a second, so ${cells} cells are needed, ` +
    'each with a log of its own and conversations divided among them. Parley does not divide itself yet'
  );
}
