/** What the bench keeps of a span. Times in microseconds since 1970 UTC. */
export interface TracedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  /** Traces of the other things that passed this stage together with it. */
  readonly links: readonly string[];
  readonly start: number;
  readonly end: number;
}

interface OtlpSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly links?: readonly { readonly traceId: string }[];
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

interface OtlpRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: {
      readonly attributes?: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
    };
    readonly scopeSpans?: readonly { readonly spans?: readonly OtlpSpan[] }[];
  }[];
}

/** The spans of one export request: OTLP 1, JSON. @throws Error when it is none */
export function readOtlp(text: string): readonly TracedSpan[] {
  const { resourceSpans = [] } = JSON.parse(text) as OtlpRequest;
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) => {
    const service = resource?.attributes?.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return scopeSpans.flatMap(({ spans = [] }) => spans.map((span) => tracedSpan(service, span)));
  });
}

const tracedSpan = (service: string, span: OtlpSpan): TracedSpan => ({
  service,
  name: span.name,
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId ?? '',
  links: (span.links ?? []).map(({ traceId }) => traceId),
  start: micros(span.startTimeUnixNano),
  end: micros(span.endTimeUnixNano),
});

/** Nanoseconds since 1970 are beyond what a number holds exactly. */
const micros = (nanos: string): number => Number(BigInt(nanos) / 1_000n);
