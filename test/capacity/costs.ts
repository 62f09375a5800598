/** What one of something costs, and where that is known from. */
export interface Cost {
  readonly value: number;
  readonly from: string;
}

const cluster = 'docs/benchmarks-cluster.md, saturated';
const sizes = '20,000 messages of 95 characters sent to one group on the engines of `npm run engines:up`, 2026-11-24';
const assumed = 'assumed: measure it on your own machines';

/** Processor time in microseconds, sizes in bytes, rates a second. */
export const costs = {
  commandMicros: { value: 244, from: cluster },
  projectorMicros: { value: 270, from: cluster },
  /** To take one send, and to answer it. */
  gatewaySendMicros: { value: 91, from: cluster },
  /** To one socket. */
  deliveryMicros: { value: 8.4, from: 'docs/benchmarks.md, group: 4,219 µs of the main thread for 500 sockets' },
  connectMicros: { value: 1_264, from: 'docs/benchmarks.md, connects' },
  embeddedMicros: { value: 115, from: 'docs/benchmarks.md, saturated: all threads of the one process' },
  socketBytes: { value: 7_400, from: 'docs/benchmarks.md, idle: 7.23 KiB in the process' },
  socketKernelBytes: { value: 8_192, from: assumed },
  processBytes: { value: 250e6, from: 'docs/benchmarks.md: a server at rest' },
  /** With what receipts add: 12.2 MB for 20,000. */
  logBytes: { value: 609, from: sizes },
  kafkaBytes: { value: 763, from: sizes },
  /** `messages` and `event_ids`, compressed. */
  cassandraBytes: { value: 173, from: `${sizes}; talk that repeats itself less takes more` },
  elasticsearchBytes: { value: 95, from: `${sizes}, merged` },
  embeddedBytes: { value: 764, from: '300,000 messages of a sentence: log 351, history 307, search 105' },
  pushedBytes: { value: 420, from: 'a change frame of one message of 95 characters' },
  logAppendsPerSecond: {
    value: 15_000,
    from: 'EventStoreDB has one leader for all streams; the figure its makers name',
  },
  cassandraWritesPerSecond: { value: 10_000, from: `${assumed} (8 cores)` },
  elasticsearchWritesPerSecond: {
    value: 8_700,
    from: 'docs/benchmarks-cluster.md, rebuild: one node on 2 shared cores',
  },
  kafkaBytesPerSecond: { value: 50e6, from: `${assumed} (a broker, replicas included)` },
  embeddedMessagesPerSecond: { value: 12_000, from: 'docs/benchmarks.md, saturated' },
} as const satisfies Readonly<Record<string, Cost>>;
