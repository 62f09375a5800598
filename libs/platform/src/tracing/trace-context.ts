import type { RecordedEvent } from '@parley/events';

const pattern = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})/;

export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

/** W3C Trace Context; null for what is none. */
export function readTraceparent(traceparent: string | undefined): TraceContext | null {
  if (traceparent === undefined) return null;
  const [, version, traceId = '', spanId = '', flags = '0'] = pattern.exec(traceparent) ?? [];
  if (version === undefined || version === 'ff' || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

const inMetadata = /"traceparent"\s*:\s*"([\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2})"/;

/** Of a recorded event, without opening its metadata as a whole. */
export const traceparentOf = ({ metadata }: Pick<RecordedEvent, 'metadata'>): string | undefined =>
  inMetadata.exec(metadata)?.[1];

/** Of events that are recorded in traces: their trace contexts by position. */
export function tracedPositions(
  events: Iterable<Pick<RecordedEvent, 'metadata' | 'position'>>,
): ReadonlyMap<number, string> {
  const traced = new Map<number, string>();
  for (const event of events) {
    const traceparent = traceparentOf(event);
    if (readTraceparent(traceparent)?.sampled === true) traced.set(event.position, traceparent as string);
  }
  return traced;
}
