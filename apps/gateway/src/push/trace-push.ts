import type { Span, Tracer } from '@parley/platform/tracing';
import type { Delivery, DeliveryBatch } from '@parley/ports';

/**
 * Records for each traced delivery that reaches somebody here how long it was held back for other partitions (`hold`),
 * and the push to the sockets (`push`) until what is answered is called and this tick's sockets have been written.
 */
export function tracePush(
  tracer: Tracer,
  batch: DeliveryBatch,
  receiversOf: (delivery: Delivery) => number,
): (() => void) | null {
  const at = tracer.now();
  const spans: Span[] = [];
  for (const delivery of batch.deliveries) {
    const { trace } = delivery;
    const receivers = trace === undefined ? 0 : receiversOf(delivery);
    if (trace === undefined || receivers === 0) continue;
    const { traceparent, heardAt } = trace;
    if (heardAt !== undefined) tracer.begin('hold', traceparent, { at: heardAt }).end(undefined, at);
    spans.push(
      tracer.begin('push', traceparent, { kind: 'producer', at, attributes: { 'parley.receivers': receivers } }),
    );
  }
  if (spans.length === 0) return null;
  return () =>
    // Behind the queue of the outboxes, which this batch has set going by now.
    setImmediate(() => {
      for (const span of spans) span.end();
    });
}
