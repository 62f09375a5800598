import { Histogram } from '../measure/histogram.js';
import type { TracedSpan } from '../../kit/traces/otlp-spans.js';

/** What a message waits for between two points of its way, in order. */
export const stageNames = [
  'gateway → command-api',
  'decide',
  'append to the event log',
  'event log → relay',
  'relay → Kafka → projector',
  'read models and index of ids',
  'compose and hand over',
  'Redis → gateway',
  'held for other partitions',
  'push to the socket',
] as const;

/** One message from the frame at its sender's gateway to the write at its receiver's. Microseconds. */
export interface Journey {
  readonly startedAt: number;
  /** One for each of `stageNames`; they follow each other without a gap, so a clock that is off shows as below zero. */
  readonly stages: readonly number[];
  readonly total: number;
  /** Until the sender was told. */
  readonly accepted: number;
}

/** The journeys of all messages of which every stage is there. */
export function journeysOf(spans: readonly TracedSpan[]): readonly Journey[] {
  const byTrace = new Map<string, TracedSpan[]>();
  const children = new Map<string, TracedSpan[]>();
  for (const span of spans) {
    for (const trace of [span.traceId, ...span.links]) put(byTrace, trace, span);
    put(children, span.parentSpanId, span);
  }
  const journeys: Journey[] = [];
  for (const own of byTrace.values()) {
    const journey = journeyOf(own, children);
    if (journey !== null) journeys.push(journey);
  }
  return journeys.sort((a, b) => a.startedAt - b.startedAt);
}

function journeyOf(spans: readonly TracedSpan[], children: ReadonlyMap<string, TracedSpan[]>): Journey | null {
  const first = (name: string, among = spans): TracedSpan | undefined =>
    among.filter((span) => span.name === name).sort((a, b) => a.start - b.start)[0];
  const frame = first('frame send');
  const command = first('command send-message');
  const append = first('log append');
  const relay = first('relay publish');
  const project = first('project timeline');
  const hold = first('hold');
  const push = first('push');
  if (!frame || !command || !append || !relay || !project || !hold || !push) return null;
  const parts = children.get(project.spanId) ?? [];
  const apply = first('apply', parts);
  const publish = first('publish', parts);
  if (!apply || !publish) return null;
  const points = [
    frame.start,
    command.start,
    append.start,
    append.end,
    relay.start,
    project.start,
    apply.end,
    publish.end,
    hold.start,
    push.start,
    push.end,
  ];
  const stages = stageNames.map((_, n) => (points[n + 1] ?? 0) - (points[n] ?? 0));
  return { startedAt: frame.start, stages, total: push.end - frame.start, accepted: frame.end - frame.start };
}

function put<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

/** In milliseconds. */
export interface StageFigures {
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
  readonly mean: number;
}

export interface StageSummary {
  readonly messages: number;
  readonly stages: readonly StageFigures[];
  /** Of the whole way. The means of the stages add up to its mean; percentiles do not. */
  readonly total: StageFigures;
  readonly accepted: StageFigures;
}

export function summaryOf(journeys: readonly Journey[]): StageSummary {
  return {
    messages: journeys.length,
    stages: stageNames.map((name, n) =>
      figures(
        name,
        journeys.map(({ stages }) => stages[n] ?? 0),
      ),
    ),
    total: figures(
      'socket to socket',
      journeys.map(({ total }) => total),
    ),
    accepted: figures(
      'until the sender is told',
      journeys.map(({ accepted }) => accepted),
    ),
  };
}

/** Of values in microseconds. */
function figures(name: string, values: readonly number[]): StageFigures {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return { name, p50: histogram.percentile(50) / 1_000, p99: histogram.percentile(99) / 1_000, mean: mean / 1_000 };
}
