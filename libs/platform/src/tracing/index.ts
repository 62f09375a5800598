export { startTracing } from './start-tracing.js';
export { readTraceparent, tracedPositions, traceparentOf } from './trace-context.js';
export {
  setTracer,
  type Span,
  type SpanKind,
  type SpanName,
  spanning,
  type SpanOptions,
  tracer,
  type Tracer,
} from './tracer.js';
