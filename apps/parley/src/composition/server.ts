import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { serveWebSite } from '@parley/gateway';
import { asParleyError, fromFramework, newId, type ParleyConfig, sendProblem, Standstill } from '@parley/platform';
import { tracer } from '@parley/platform/tracing';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { dropLateRequests } from './late-requests.js';
import { traceRequests } from './trace-requests.js';

/** Built by `npm run build`. */
const webSite = fileURLToPath(new URL('../../../web/dist/site', import.meta.url));

/** The HTTP server of this process: REST and sockets of every app in it, on one port. */
export async function createServer(module: DynamicModule, config: ParleyConfig): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: config.maxBodyBytes,
    trustProxy: config.trustProxy.length === 0 ? false : [...config.trustProxy],
    genReqId: () => newId('req'),
    routerOptions: { maxParamLength: 200 },
    // What the router refuses before any controller, such as a malformed percent escape.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply): void =>
      sendProblem(reply, asParleyError(fromFramework(error)), request.id),
    ...(config.tlsCertFile === ''
      ? {}
      : { https: { cert: readFileSync(config.tlsCertFile), key: readFileSync(config.tlsKeyFile) } }),
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: false,
    abortOnError: false,
  });
  const http = app.getHttpAdapter().getInstance();
  dropLateRequests(http, new Standstill());
  if (tracer !== null) traceRequests(http, tracer);
  if (config.apps.includes('gateway')) serveWebSite(http, webSite);
  if (config.allowedOrigins.length > 0) {
    app.enableCors({
      origin: config.allowedOrigins.includes('*') ? true : [...config.allowedOrigins],
      exposedHeaders: ['Parley-Position', 'Link', 'Retry-After', 'RateLimit', 'RateLimit-Policy'],
      maxAge: 600,
    });
  }
  return app;
}
