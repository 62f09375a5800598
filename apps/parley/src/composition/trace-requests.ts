import type { Span, Tracer } from '@parley/platform/tracing';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Records each request on the interface, as part of the caller's trace if it names one; what it causes is part of it. */
export function traceRequests(server: FastifyInstance, tracer: Tracer): void {
  const spans = new WeakMap<FastifyRequest, Span>();
  server.addHook('onRequest', (request, _reply, done) => {
    const { method, headers } = request;
    const route = request.routeOptions.url ?? '';
    // Probes and metrics are asked for all the time and tell nothing.
    if (route.startsWith('/v1/')) {
      const caller = headers['traceparent'];
      const span = tracer.begin(`request ${method} ${route}`, typeof caller === 'string' ? caller : undefined, {
        kind: 'server',
        attributes: { 'http.request.method': method, 'http.route': route },
      });
      headers['traceparent'] = span.traceparent;
      spans.set(request, span);
    }
    done();
  });
  server.addHook('onResponse', (request, { statusCode }, done) => {
    const span = spans.get(request);
    span?.set('http.response.status_code', statusCode);
    if (statusCode >= 500) span?.end(String(statusCode));
    else span?.end();
    done();
  });
}
