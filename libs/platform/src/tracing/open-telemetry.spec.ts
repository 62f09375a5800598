import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TracingEnvironment } from './options.js';
import { startTracing, wantsTraces } from './start-tracing.js';
import { readTraceparent, tracedPositions, traceparentOf } from './trace-context.js';
import { spanning, tracer } from './tracer.js';

interface Sent {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly links?: readonly { readonly traceId: string }[];
  readonly status?: { readonly code?: number; readonly message?: string };
}

describe('traces', () => {
  let server: Server;
  let sent: Sent[];
  let services: unknown[];

  beforeEach(async () => {
    sent = [];
    services = [];
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (part: Buffer) => (text += part.toString()));
      request.on('end', () => {
        const { resourceSpans } = JSON.parse(text) as {
          resourceSpans: { resource: { attributes: unknown[] }; scopeSpans: { spans: Sent[] }[] }[];
        };
        for (const { resource, scopeSpans } of resourceSpans) {
          services.push(...resource.attributes);
          for (const { spans } of scopeSpans) sent.push(...spans);
        }
        response.end('{}');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    server.close();
  });

  /** Traces as these variables ask for them. */
  function start(more: TracingEnvironment = {}) {
    const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT, ...more };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const warnings: unknown[] = [];
    const logger = { warn: (fields: unknown) => void warnings.push(fields) };
    return startTracing({ environment, serviceName: 'parley-gateway', logger }).then((tracing) => ({
      tracing,
      warnings,
    }));
  }

  it('are off unless there is an address to send them to and nothing forbids it', async () => {
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:4318';
    expect(wantsTraces({})).toBe(false);
    expect(wantsTraces({ OTEL_EXPORTER_OTLP_ENDPOINT })).toBe(true);
    expect(wantsTraces({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${OTEL_EXPORTER_OTLP_ENDPOINT}/x` })).toBe(true);
    expect(wantsTraces({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: 'true' })).toBe(false);
    expect(wantsTraces({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER: 'none' })).toBe(false);
    const tracing = await startTracing({ environment: {}, serviceName: 'parley' });
    expect(tracer).toBeNull();
    await tracing.close();
  });

  it('tie what a stage causes to it, and a batch to all that are in it', async () => {
    const { tracing } = await start();
    const one = tracer?.begin('frame send', undefined, { kind: 'server' });
    const other = tracer?.begin('frame send', undefined);
    const child = tracer?.begin('command send-message', one?.traceparent);
    const batch = tracer?.beginBatch('relay publish', [undefined, one?.traceparent, 'nonsense', other?.traceparent]);
    for (const span of [child, batch, other, one]) span?.end();
    await tracing.close();
    expect(tracer).toBeNull();
    const [first, second] = [readTraceparent(one?.traceparent), readTraceparent(other?.traceparent)];
    const [command, relayed] = ['command send-message', 'relay publish'].map((name) =>
      sent.find((s) => s.name === name),
    );
    expect(command).toMatchObject({ traceId: first?.traceId, parentSpanId: first?.spanId });
    expect(relayed).toMatchObject({ traceId: first?.traceId, links: [{ traceId: second?.traceId }] });
    expect(services).toContainEqual({ key: 'service.name', value: { stringValue: 'parley-gateway' } });
  });

  it('leave out what the sampler leaves out, wherever it goes', async () => {
    const { tracing } = await start({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
    const root = tracer?.begin('frame send', undefined);
    expect(readTraceparent(root?.traceparent)?.sampled).toBe(false);
    tracer?.begin('command send-message', root?.traceparent).end();
    expect(tracer?.beginBatch('log append', [root?.traceparent, undefined])).toBeNull();
    const sampled = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    tracer?.begin('request POST /v1/users', sampled).end();
    root?.end();
    await tracing.close();
    expect(sent.map(({ name, traceId }) => [name, traceId])).toEqual([
      ['request POST /v1/users', '0af7651916cd43dd8448eb211c80319c'],
    ]);
  });

  it('take the default for a sampler that there is none, and say so', async () => {
    const { tracing, warnings } = await start({ OTEL_TRACES_SAMPLER: 'now_and_then' });
    expect(warnings).toEqual([{ reason: expect.stringContaining('now_and_then') }]);
    expect(readTraceparent(tracer?.begin('compose', undefined).traceparent)?.sampled).toBe(true);
    await tracing.close();
  });

  it('tell of a failure its kind, never its words', async () => {
    const { tracing } = await start();
    const failing = spanning(tracer?.begin('log append', undefined), Promise.reject(new TypeError('a secret')));
    await expect(failing).rejects.toThrow('a secret');
    await tracing.close();
    expect(sent[0]?.status).toEqual({ code: 2, message: 'TypeError' });
    expect(JSON.stringify(sent)).not.toContain('secret');
  });
});

describe('spanning', () => {
  it('is nothing but the work when there is no span', () => {
    const work = Promise.resolve(1);
    expect(spanning(null, work)).toBe(work);
  });
});

describe('trace contexts', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  it('are read, and what is none is not', () => {
    expect(readTraceparent(traceparent)).toMatchObject({ spanId: 'b7ad6b7169203331', sampled: true });
    for (const none of [
      undefined,
      '',
      'x',
      traceparent.replace('00-', 'ff-'),
      `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    ])
      expect(readTraceparent(none)).toBeNull();
  });

  it('are found in the metadata of events', () => {
    const metadata = JSON.stringify({ actorId: 'usr_a', traceparent });
    const unsampled = metadata.replace('-01"', '-00"');
    expect(traceparentOf({ metadata })).toBe(traceparent);
    expect(traceparentOf({ metadata: '{"actorId":"usr_a"}' })).toBeUndefined();
    const events = [metadata, '{}', unsampled].map((each, position) => ({ metadata: each, position }));
    expect([...tracedPositions(events)]).toEqual([[0, traceparent]]);
  });
});
