import { z } from 'zod';
import { limitParameter as limit, listParameter as listOf, positionParameter as position } from './query-parameters.js';
import { defineRoutes } from './route.js';

/** One stored event, for those who may read all of them. */
export const eventView = z.object({
  position: z.string(),
  eventId: z.string(),
  stream: z.string(),
  revision: z.int(),
  type: z.string(),
  /** RFC 3339 UTC. */
  time: z.string(),
  data: z.record(z.string(), z.unknown()),
  metadata: z.record(z.string(), z.unknown()),
  /** What was said and how things are called is left out: the token has not the scope content:read. */
  redacted: z.literal(true).optional(),
});
export type EventView = z.infer<typeof eventView>;

/** For analysts. */
export const eventRoutes = defineRoutes({
  replayEvents: {
    method: 'GET',
    path: '/v1/events',
    app: 'gateway',
    tag: 'events',
    summary: 'Stored events in the order of the log, one JSON object a line; as server-sent events if asked by Accept',
    access: 'scope:events:read',
    query: z.strictObject({
      after: position.optional().describe('Position, exclusive. Default 0: from the start'),
      upTo: position.optional().describe('Position, inclusive. Default: the end of the log'),
      stream: listOf(z.string().min(1).max(128), 16)
        .optional()
        .describe('Prefixes of stream names, with commas: `conversation-`, `user-`, or a whole name'),
      type: listOf(z.string().min(1).max(64), 64).optional().describe('Event types, with commas: `MessageSent.v1`'),
      limit: limit(Number.MAX_SAFE_INTEGER),
      live: z
        .enum(['true', 'false'])
        .optional()
        .describe('true: goes on with what is stored from now on, while the token is good'),
    }),
    status: 200,
    response: eventView,
    mediaType: 'application/x-ndjson',
    otherMediaTypes: ['text/event-stream'],
    errors: ['scope_missing', 'log_unavailable'],
  },
});

/** What a client should know before it begins. */
export const discoveryView = z.object({
  product: z.literal('parley'),
  version: z.string(),
  /** Rises with every addition to the interfaces. */
  featureLevel: z.int(),
  apiVersions: z.array(z.string()),
  socket: z.object({ path: z.string(), subprotocols: z.array(z.string()), heartbeatMs: z.int() }),
  documents: z.object({ openapi: z.string(), asyncapi: z.string(), errors: z.string() }),
  auth: z.object({ passwords: z.boolean(), issuer: z.string().nullable(), audience: z.string().nullable() }),
  limits: z.object({
    frameBytes: z.int(),
    framesPerMessage: z.int(),
    framesPerSecond: z.int(),
    bodyBytes: z.int(),
    textBytes: z.int(),
    historyPage: z.int(),
    connectionsPerUser: z.int(),
  }),
});

export const discoveryRoutes = defineRoutes({
  discover: {
    method: 'GET',
    path: '/.well-known/parley',
    app: 'gateway',
    tag: 'documents',
    summary: 'Version, limits, ways to log in, and where the socket and the documents are',
    access: 'public',
    status: 200,
    response: discoveryView,
  },
});
