import { z } from 'zod';
import { limitParameter, positionParameter } from './query-parameters.js';
import { defineRoutes } from './route.js';

const projectionName = z.enum(['history', 'inbox', 'membership', 'watermarks', 'search', 'people']);

export const projectionStatusView = z.object({
  name: projectionName,
  version: z.int(),
  position: z.string(),
  /** Events of the log not yet applied; null while nobody can tell. */
  lag: z.int().nullable(),
  parked: z.int(),
  bytes: z.int(),
  state: z.enum(['live', 'catching-up', 'rebuilding', 'failed']),
  error: z.string().optional(),
});

export const parkedEventView = z.object({
  projection: projectionName,
  position: z.string(),
  stream: z.string(),
  type: z.string(),
  reason: z.string(),
  parkedAt: z.string(),
});

/** One line of a rebuild's NDJSON answer: progress while it runs, the report at the end, or what went wrong. */
export const rebuildLine = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('progress'),
    projection: projectionName,
    done: z.int(),
    total: z.int(),
    eventsPerSecond: z.number(),
    secondsLeft: z.number().nullable(),
  }),
  z.object({
    type: z.literal('report'),
    projection: projectionName,
    rows: z.int(),
    onlyInOld: z.int(),
    onlyInNew: z.int(),
    different: z.int(),
    examples: z.array(
      z.object({ table: z.string(), key: z.string(), old: z.string().nullable(), new: z.string().nullable() }),
    ),
    switched: z.boolean(),
  }),
  z.object({ type: z.literal('failed'), message: z.string() }),
]);
export type RebuildLine = z.infer<typeof rebuildLine>;

export const adminRoutes = defineRoutes({
  listProjections: {
    method: 'GET',
    path: '/v1/admin/projections',
    app: 'projector',
    tag: 'operations',
    summary: 'How far each projection is, its size and its parked events',
    access: 'scope:admin',
    status: 200,
    response: z.object({ data: z.array(projectionStatusView) }),
  },
  rebuildProjection: {
    method: 'POST',
    path: '/v1/admin/projections/:name/rebuild',
    app: 'projector',
    tag: 'operations',
    summary: 'Builds a projection anew beside the old one, compares the two and switches while serving',
    access: 'scope:admin',
    params: z.object({ name: projectionName }),
    status: 200,
    response: rebuildLine,
    mediaType: 'application/x-ndjson',
  },
  listParkedEvents: {
    method: 'GET',
    path: '/v1/admin/parked-events',
    app: 'projector',
    tag: 'operations',
    summary: 'Events that a projection could not apply, and why, by position: of each projection a page',
    access: 'scope:admin',
    query: z.object({
      projection: projectionName.optional(),
      after: positionParameter.optional().describe('Position, exclusive. Default: from the first one'),
      limit: limitParameter(1_000).describe('Default 1,000'),
    }),
    status: 200,
    response: z.object({ data: z.array(parkedEventView) }),
  },
  retryParkedEvent: {
    method: 'POST',
    path: '/v1/admin/parked-events/:projection/:position/retry',
    app: 'projector',
    tag: 'operations',
    summary: 'Applies a parked event again',
    access: 'scope:admin',
    params: z.object({ projection: projectionName, position: positionParameter }),
    status: 200,
    /** false: it failed again, or is not parked. */
    response: z.object({ applied: z.boolean() }),
  },
});
