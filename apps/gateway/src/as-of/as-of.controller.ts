import { Controller, Inject, Req, Res } from '@nestjs/common';
import { ConversationAsOf } from '@parley/as-of';
import type { MembershipWindow } from '@parley/events';
import {
  EVENT_LOG_READER,
  HandleRoute,
  Input,
  ParleyError,
  type RouteInput,
  sendJson,
  sendPage,
} from '@parley/platform';
import { matchesTerms, parseQuery, QueryRefused, tokenText } from '@parley/platform/search';
import { conversationJson, type EventLogReader, readStateJson, unreadFacts } from '@parley/ports';
import { asOfRoutes } from '@parley/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cut, defaultPage, ReadContext, type ReadRequest } from '../queries/read-context.js';
import { visibleMoment } from './visible-moment.js';

interface Asked extends ReadRequest {
  readonly params: { readonly conversationId: string };
  readonly query: { readonly position?: number | undefined; readonly time?: number | undefined };
}
interface Found {
  readonly past: ConversationAsOf;
  readonly windows: readonly MembershipWindow[];
  /** The moment, as far as this person may see. */
  readonly upTo: number;
}

const defaultMoments = 100;
/** Each reads a whole conversation, so that few run at a time on a node and everything else goes on beside them. */
const mostAtOnce = 8;

/** The time machine: a conversation as it was, folded from the log at the time of asking. */
@Controller()
export class AsOfController {
  private running = 0;

  constructor(
    @Inject(ReadContext) private readonly reads: ReadContext,
    @Inject(EVENT_LOG_READER) private readonly log: Pick<EventLogReader, 'readStream' | 'streamInfo'>,
  ) {}

  @HandleRoute(asOfRoutes.getConversationAsOf)
  conversation(
    @Input() input: RouteInput<typeof asOfRoutes.getConversationAsOf>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.atMoment(input, async ({ past, windows, upTo }) => {
      const { userId } = input.principal;
      const { conversationId } = input.params;
      const state = await past.state(upTo, userId);
      const { lastSequence, memberCount, kind, title, description, peerIds, pins } = state;
      const facts = { kind, title, description, peerIds, pins, startedAt: timeText(state.startedAt) };
      const unread = unreadFacts(state.windowsOf(userId), state.readOf(userId), lastSequence);
      const view = conversationJson(conversationId, facts, { memberCount, lastSequence }, windows);
      const readState = readStateJson(conversationId, unread, state.unreadMentions(), lastSequence);
      // At the very moment one leaves one has no role any more; the answer wants one.
      const role = state.roleOf(userId) ?? 'member';
      sendJson(
        reply,
        `{"conversation":${view},"role":"${role}","readState":${readState},"time":"${timeText(state.time)}","asOf":"${upTo}"}`,
      );
    });
  }

  @HandleRoute(asOfRoutes.listMembersAsOf)
  members(
    @Input() input: RouteInput<typeof asOfRoutes.listMembersAsOf>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.atMoment(input, async ({ past, upTo }) => {
      const { cursor, limit = defaultPage } = input.query;
      const { cursors } = this.reads;
      const after = cursor === undefined ? '' : cursors.decode('members-as-of', cursor);
      const members = (await past.state(upTo)).members().filter(({ userId }) => userId > after);
      const { rows, last } = cut(members, limit);
      sendPage(reply, {
        rows: rows.map((member) => JSON.stringify(member)),
        nextCursor: last === null ? null : cursors.encode('members-as-of', last.userId),
        asOf: upTo,
        url: request.url,
      });
    });
  }

  @HandleRoute(asOfRoutes.listMessagesAsOf)
  messages(@Input() input: RouteInput<typeof asOfRoutes.listMessagesAsOf>, @Res() reply: FastifyReply): Promise<void> {
    return this.atMoment(input, async ({ past, windows, upTo }) => {
      const { before, after, limit = defaultPage, query } = input.query;
      const matches = query === undefined ? undefined : matcherOf(query);
      const { messages, ...more } = await past.messages(upTo, { windows, before, after, limit, matches });
      sendJson(reply, JSON.stringify({ data: messages, ...more, asOf: String(upTo) }));
    });
  }

  @HandleRoute(asOfRoutes.listMoments)
  moments(@Input() input: RouteInput<typeof asOfRoutes.listMoments>, @Res() reply: FastifyReply): Promise<void> {
    const { limit = defaultMoments } = input.query;
    return this.atMoment({ ...input, query: {} }, async ({ past, windows, upTo }) => {
      const moments = (await past.moments(windows, limit)).filter(({ position }) => position <= upTo);
      const data = moments.map(({ position, time, events }) => ({
        position: String(position),
        time: timeText(time),
        events,
      }));
      sendJson(reply, JSON.stringify({ data }));
    });
  }

  /** Nothing beyond what is projected: no membership is older than what is judged by it. */
  private async atMoment(input: Asked, answer: (found: Found) => Promise<void>): Promise<void> {
    const now = await this.reads.begin(input);
    const { conversationId } = input.params;
    const { windows } = await this.reads.member(input, conversationId);
    if (this.running >= mostAtOnce) throw new ParleyError('overloaded', { retryAfterMs: 1_000 });
    this.running++;
    try {
      const past = new ConversationAsOf(this.log, conversationId);
      const upTo = visibleMoment(windows, Math.min(now, await past.positionOf(input.query)));
      if (upTo === null) throw new ParleyError('conversation_not_found');
      await answer({ past, windows, upTo });
    } finally {
      this.running--;
    }
  }
}

const timeText = (time: number): string => new Date(time).toISOString();

/** @throws ParleyError `invalid_request` */
function matcherOf(query: string): (text: string) => boolean {
  try {
    const { terms } = parseQuery(query);
    if (terms.length === 0) throw new QueryRefused('nothing to look for: type a word');
    return (text) => matchesTerms(tokenText(text), terms);
  } catch (error) {
    if (!(error instanceof QueryRefused)) throw error;
    throw new ParleyError('invalid_request', { errors: [{ pointer: '/query/query', message: error.message }] });
  }
}
