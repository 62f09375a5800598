import { z } from 'zod';
import { conversationId, cursor } from '../frames.js';
import { maxHistoryPage } from '../limits.js';
import { conversationView, memberRole, memberView, messageView, readStateView } from '../views.js';
import { limitParameter as limit, positionParameter } from './query-parameters.js';
import { pageOf } from './query-views.js';
import { defineRoutes } from './route.js';

const onConversation = z.strictObject({ conversationId });
const moment = {
  position: positionParameter.optional().describe('Of the log, inclusive. Neither this nor `time`: now'),
  time: z.iso
    .datetime({ offset: true })
    .transform((text) => Date.parse(text))
    .optional()
    .describe('RFC 3339, inclusive, instead of `position`'),
};
const sequence = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional();

interface Given {
  readonly position?: number | undefined;
  readonly time?: number | undefined;
  readonly before?: number | undefined;
  readonly after?: number | undefined;
}
const namesOne = ({ position, time, before, after }: Given): boolean =>
  (position === undefined || time === undefined) && (before === undefined || after === undefined);
const onlyOne = 'give at most one of position and time, and at most one of before and after';

const asOf = z.string().describe('The position that the answer is as of: give it to see more of the same moment');

const memberAsOfView = memberView.extend({
  delivered: z.int().min(0),
  read: z.int().min(0),
  unread: z.int().min(0),
});

const momentView = z.object({
  position: z.string(),
  /** RFC 3339 UTC. */
  time: z.string(),
  /** Events of the conversation since the moment before it. */
  events: z.int().min(1),
});

const errors = [
  'conversation_not_found',
  'not_yet_projected',
  'feature_unavailable',
  'log_unavailable',
  'overloaded',
] as const;

/**
 * A conversation as it was at a moment. For members now, of what is theirs to see: outside of their memberships the
 * moment is the last one they saw before. What was deleted for everybody is shown at no moment.
 */
export const asOfRoutes = defineRoutes({
  getConversationAsOf: {
    method: 'GET',
    path: '/v1/conversations/:conversationId/as-of',
    app: 'gateway',
    tag: 'time machine',
    summary: 'Settings, your role and your unread count as they were at a position or a time',
    access: 'member',
    params: onConversation,
    query: z.strictObject(moment).refine(namesOne, onlyOne),
    status: 200,
    response: z.object({
      conversation: conversationView,
      role: memberRole,
      readState: readStateView,
      /** Of the last event of the conversation until then, RFC 3339 UTC. */
      time: z.string(),
      asOf,
    }),
    errors,
  },
  listMembersAsOf: {
    method: 'GET',
    path: '/v1/conversations/:conversationId/as-of/members',
    app: 'gateway',
    tag: 'time machine',
    summary: 'The members as they were, and how much each had received and read, by user id',
    access: 'member',
    params: onConversation,
    query: z.strictObject({ ...moment, cursor: cursor.optional(), limit: limit(200) }).refine(namesOne, onlyOne),
    status: 200,
    response: pageOf(memberAsOfView),
    errors: [...errors, 'invalid_cursor'],
  },
  listMessagesAsOf: {
    method: 'GET',
    path: '/v1/conversations/:conversationId/as-of/messages',
    app: 'gateway',
    tag: 'time machine',
    summary: 'Messages as they were, texts before their edits; with `query` those whose text then had the words',
    access: 'member',
    params: onConversation,
    query: z
      .strictObject({
        ...moment,
        before: sequence.describe('Sequence, exclusive. Neither this nor `after`: the newest'),
        after: sequence.describe('Sequence, exclusive'),
        query: z.string().min(1).max(1_024).optional().describe('Words, "phrases", wor*, -not'),
        limit: limit(maxHistoryPage),
      })
      .refine(namesOne, onlyOne),
    status: 200,
    response: z.object({ data: z.array(messageView), hasMoreBefore: z.boolean(), hasMoreAfter: z.boolean(), asOf }),
    errors,
  },
  listMoments: {
    method: 'GET',
    path: '/v1/conversations/:conversationId/as-of/moments',
    app: 'gateway',
    tag: 'time machine',
    summary: 'Moments at which something changed, spread evenly over the events: what a slider stands on',
    access: 'member',
    params: onConversation,
    query: z.strictObject({ limit: limit(500).describe('At most so many moments. Default 100') }),
    status: 200,
    response: z.object({ data: z.array(momentView) }),
    errors,
  },
});
