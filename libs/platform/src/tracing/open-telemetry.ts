import {
  type Context,
  diag,
  DiagLogLevel,
  type Link,
  ROOT_CONTEXT,
  type Span as SdkSpan,
  type SpanContext,
  SpanKind as SdkSpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer as SdkTracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, type BatchSpanProcessorOptions, TracerProvider } from '@opentelemetry/sdk-trace';
import { samplerOf } from './sampler.js';
import type { StartTracingOptions, TracingEnvironment } from './options.js';
import { readTraceparent, type TraceContext } from './trace-context.js';
import type { Span, SpanKind, SpanName, SpanOptions, Tracer } from './tracer.js';

/** What OpenTelemetry says is told this often at most, ms. */
const quietMs = 10_000;
const closeMs = 2_000;
const silent = (): void => undefined;
/** Links of one span; the limit of the SDK. */
const mostLinks = 128;

/** Loaded only where traces are asked for. Registers nothing with the API: what libraries record of themselves stays out. */
export function startOpenTelemetry({ environment, serviceName, logger }: StartTracingOptions): {
  readonly tracer: Tracer;
  close(): Promise<void>;
} {
  let toldAt = -Infinity;
  const warn = (what: string): void => {
    if (performance.now() - toldAt < quietMs) return;
    toldAt = performance.now();
    logger?.warn({ reason: what }, 'tracing');
  };
  const tell = (message: string): void => warn(message);
  diag.setLogger(
    { error: tell, warn: tell, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const protocol = environment['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? environment['OTEL_EXPORTER_OTLP_PROTOCOL'];
  if (protocol !== undefined && protocol !== 'http/json') warn(`traces are sent as http/json, not as ${protocol}`);
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': serviceName }))
      .merge(detectResources({ detectors: [envDetector, serviceInstanceIdDetector] })),
    sampler: samplerOf(environment, warn),
    // The address and what else the exporter is told it reads from the environment by itself.
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), ...batching(environment) })],
  });
  return {
    tracer: new OpenTelemetryTracer(provider.getTracer('parley')),
    async close() {
      const late = new Promise<void>((resolve) => setTimeout(resolve, closeMs).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
    },
  };
}

/** OTEL_BSP_…; what is left out or no number is as the specification has it. */
function batching(environment: TracingEnvironment): Omit<BatchSpanProcessorOptions, 'exporter'> {
  const names = {
    scheduledDelayMillis: 'OTEL_BSP_SCHEDULE_DELAY',
    exportTimeoutMillis: 'OTEL_BSP_EXPORT_TIMEOUT',
    maxQueueSize: 'OTEL_BSP_MAX_QUEUE_SIZE',
    maxExportBatchSize: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
  } as const;
  const numbers = Object.entries(names)
    .map(([option, variable]) => [option, Number.parseInt(environment[variable] ?? '', 10)] as const)
    .filter(([, value]) => value > 0);
  return Object.fromEntries(numbers);
}

const kinds: Readonly<Record<SpanKind, SdkSpanKind>> = {
  internal: SdkSpanKind.INTERNAL,
  server: SdkSpanKind.SERVER,
  client: SdkSpanKind.CLIENT,
  producer: SdkSpanKind.PRODUCER,
  consumer: SdkSpanKind.CONSUMER,
};

class OpenTelemetryTracer implements Tracer {
  constructor(private readonly sdk: SdkTracer) {}

  now(): number {
    return performance.timeOrigin + performance.now();
  }

  begin(name: SpanName, parent: string | undefined, options: SpanOptions = {}): Span {
    return this.#begin(name, readTraceparent(parent), [], options);
  }

  beginBatch(name: SpanName, parents: readonly (string | undefined)[], options: SpanOptions = {}): Span | null {
    const contexts = parents.map(readTraceparent).filter((context) => context?.sampled === true);
    const [first = null, ...others] = contexts;
    if (first === null) return null;
    const links = others.slice(0, mostLinks).map((other) => ({ context: spanContextOf(other as TraceContext) }));
    return this.#begin(name, first, links, options);
  }

  #begin(name: SpanName, parent: TraceContext | null, links: Link[], options: SpanOptions): Span {
    const { kind = 'internal', attributes = {}, at = this.now() } = options;
    const context: Context = parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContextOf(parent));
    const begun = { kind: kinds[kind], attributes, links, startTime: at };
    return new OpenTelemetrySpan(this.sdk.startSpan(name, begun, context), this);
  }
}

class OpenTelemetrySpan implements Span {
  #ended = false;

  constructor(
    private readonly sdk: SdkSpan,
    private readonly clock: Pick<Tracer, 'now'>,
  ) {}

  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.sdk.spanContext();
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  }

  set(attribute: string, value: string | number): void {
    this.sdk.setAttribute(attribute, value);
  }

  end(error?: unknown, at: number = this.clock.now()): void {
    if (this.#ended) return;
    this.#ended = true;
    if (error !== undefined) {
      // Messages of errors may hold what people wrote: the kind of error is enough.
      const message = error instanceof Error ? error.name : 'failed';
      this.sdk.setStatus({ code: SpanStatusCode.ERROR, message });
    }
    this.sdk.end(at);
  }
}

const spanContextOf = ({ traceId, spanId, sampled }: TraceContext): SpanContext => ({
  traceId,
  spanId,
  traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
  isRemote: true,
});
