import { z } from 'zod';
import { conversationId, cursor } from '../frames.js';
import { messageView } from '../views.js';
import { limitParameter as limit } from './query-parameters.js';
import { pageOf } from './query-views.js';
import { defineRoutes } from './route.js';

/** A found message. `GET …/messages?around=<sequence>` jumps to its place in history. */
export const searchHit = z.object({
  conversationId,
  sequence: z.int().min(1),
  position: z.string(),
  message: messageView,
  /** Where in `content.text`, in UTF-16 units as JavaScript counts: from `start` up to, not including, `end`. */
  highlights: z.array(z.object({ start: z.int().min(0), end: z.int().min(1) })),
});
export type SearchHitView = z.infer<typeof searchHit>;

export const searchRoutes = defineRoutes({
  search: {
    method: 'GET',
    path: '/v1/search',
    app: 'gateway',
    tag: 'search',
    summary:
      'Finds messages in your conversations: words, "phrases", wor*, -not, from:, in:, before:, after:, on:, has:',
    access: 'self',
    query: z.strictObject({
      query: z.string().min(1).max(1_024),
      /** By relevance, the newest 2,000 matches compete. */
      order: z.enum(['newest', 'relevance']).optional(),
      cursor: cursor.optional(),
      limit: limit(100),
    }),
    status: 200,
    /**
     * A page may hold fewer than `limit` though there is more: what one call may cost is bounded. `state` is `indexing`
     * while messages up to `asOf` can be found and newer ones can already be read.
     */
    response: pageOf(searchHit).extend({ state: z.enum(['ready', 'indexing']) }),
    errors: ['invalid_request', 'invalid_cursor', 'not_yet_projected', 'feature_unavailable', 'overloaded'],
  },
});
