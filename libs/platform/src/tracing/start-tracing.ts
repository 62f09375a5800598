import type { StartTracingOptions, TracingEnvironment } from './options.js';
import { setTracer } from './tracer.js';

export interface Tracing {
  /** Sends what is left, for two seconds at most; nothing is recorded any more. Never rejects. */
  close(): Promise<void>;
}

const off: Tracing = { close: () => Promise.resolve() };

/**
 * Whether the standard variables of OpenTelemetry ask for traces: an address to send them to, and nothing that forbids it.
 */
export function wantsTraces(environment: TracingEnvironment): boolean {
  const address = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? environment['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '';
  if (address === '' || environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return false;
  const exporters = (environment['OTEL_TRACES_EXPORTER'] ?? 'otlp').split(',').map((name) => name.trim());
  return exporters.includes('otlp');
}

/** Traces of this thread, when they are asked for; else nothing is loaded. */
export async function startTracing(options: StartTracingOptions): Promise<Tracing> {
  if (!wantsTraces(options.environment)) return off;
  const { startOpenTelemetry } = await import('./open-telemetry.js');
  const started = startOpenTelemetry(options);
  setTracer(started.tracer);
  return {
    close() {
      setTracer(null);
      return started.close();
    },
  };
}
