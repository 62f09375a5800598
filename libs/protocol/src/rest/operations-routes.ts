import { z } from 'zod';
import { defineRoutes } from './route.js';

/** Of one thing that must work before requests should come here. */
export const readinessCheck = z.object({
  name: z.string(),
  ok: z.boolean(),
  /** Why not, or how far. */
  detail: z.string().optional(),
});

/** `checks` only with `?verbose`. */
export const readiness = z.object({
  status: z.enum(['ready', 'not_ready']),
  checks: z.array(readinessCheck).optional(),
});

const verboseQuery = z.object({
  /** Present, whatever its value: tell each check. */
  verbose: z.string().max(8).optional().describe('Tells each check'),
});

/** For load balancers and monitoring. Health says how the process is; it never asks who wants to know. */
export const operationsRoutes = defineRoutes({
  livez: {
    method: 'GET',
    path: '/livez',
    app: 'gateway',
    tag: 'operations',
    summary: 'Whether the process lives: restart it when this fails',
    access: 'public',
    status: 200,
    response: z.object({ status: z.literal('alive') }),
  },
  readyz: {
    method: 'GET',
    path: '/readyz',
    app: 'gateway',
    tag: 'operations',
    summary: 'Whether requests should be sent here: 503 while the server goes away, or its own projections lag',
    access: 'public',
    query: verboseQuery,
    status: 200,
    response: readiness,
    otherResponses: { 503: readiness },
  },
  healthz: {
    method: 'GET',
    path: '/healthz',
    app: 'gateway',
    tag: 'operations',
    summary: 'The same as /readyz',
    access: 'public',
    query: verboseQuery,
    status: 200,
    response: readiness,
    otherResponses: { 503: readiness },
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    app: 'gateway',
    tag: 'operations',
    summary: 'Metrics for Prometheus (text exposition format)',
    access: 'public',
    status: 200,
    response: z.string(),
    mediaType: 'text/plain',
  },
});
