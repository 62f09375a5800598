import { Controller, Inject, Req, Res } from '@nestjs/common';
import { sees } from '@parley/events';
import { HandleRoute, Input, ParleyError, type RouteInput, sendJson, sendPage, tellPosition } from '@parley/platform';
import type { HistoryEntry, HistoryPage } from '@parley/ports';
import { queryRoutes } from '@parley/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HistoryReads, timelineEntry } from './history-reads.js';
import { ReadContext } from './read-context.js';

type Anchors = {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly around?: number | undefined;
};
type PageInput = Pick<RouteInput<typeof queryRoutes.listMessages>, 'params' | 'query' | 'principal' | 'minPosition'>;

const cursorKind = 'history';

/** Pages of what was said. */
@Controller()
export class MessagesController {
  private readonly history: HistoryReads;

  constructor(@Inject(ReadContext) private readonly reads: ReadContext) {
    this.history = new HistoryReads(reads.models);
  }

  @HandleRoute(queryRoutes.listMessages)
  messages(
    @Input() input: RouteInput<typeof queryRoutes.listMessages>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.page(input, request, reply, false, (entry) => entry.json);
  }

  @HandleRoute(queryRoutes.listTimeline)
  timeline(
    @Input() input: RouteInput<typeof queryRoutes.listTimeline>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.page(input, request, reply, true, timelineEntry);
  }

  @HandleRoute(queryRoutes.getMessage)
  async one(@Input() input: RouteInput<typeof queryRoutes.getMessage>, @Res() reply: FastifyReply): Promise<void> {
    const asOf = await this.reads.begin(input);
    const { conversationId, sequence } = input.params;
    const { windows } = await this.reads.member(input, conversationId);
    const { history } = this.reads.models;
    const found = sees(windows, sequence) ? await history.message(conversationId, sequence, asOf) : null;
    if (found === null || found.json === null) throw new ParleyError('message_not_found');
    tellPosition(reply, asOf);
    sendJson(reply, found.json);
  }

  private async page(
    input: PageInput,
    request: FastifyRequest,
    reply: FastifyReply,
    notices: boolean,
    row: (entry: HistoryEntry) => string,
  ): Promise<void> {
    const asOf = await this.reads.begin(input);
    const { conversationId } = input.params;
    const { limit } = input.query;
    const anchors = this.anchorsOf(input.query);
    const page = await this.history.page(input.principal.userId, { conversationId, ...anchors, limit, notices });
    const next = nextPage(page, anchors);
    tellPosition(reply, asOf);
    sendPage(reply, {
      rows: page.entries.map(row),
      nextCursor: next === null ? null : this.reads.cursors.encode(cursorKind, next),
      asOf,
      url: withoutAnchors(request.url),
      extra: { hasMoreBefore: String(page.hasMoreBefore), hasMoreAfter: String(page.hasMoreAfter) },
    });
  }

  private anchorsOf({ cursor, before, after, around }: PageInput['query']): Anchors {
    if (cursor === undefined) return { before, after, around };
    if (before !== undefined || after !== undefined || around !== undefined) {
      throw new ParleyError('invalid_request', { detail: 'give at most one of before, after, around and cursor' });
    }
    const [direction, sequence] = this.reads.cursors.decode(cursorKind, cursor).split(':');
    return direction === 'after' ? { after: Number(sequence) } : { before: Number(sequence) };
  }
}

/** Going on in the direction of reading: from `after` on to newer ones, else to older ones. */
function nextPage(page: HistoryPage, { after }: Anchors): string | null {
  const messages = page.entries.filter((entry) => entry.kind === 'message');
  if (after !== undefined) {
    const last = messages.at(-1);
    return page.hasMoreAfter && last !== undefined ? `after:${last.sequence}` : null;
  }
  const first = messages[0];
  return page.hasMoreBefore && first !== undefined ? `before:${first.sequence}` : null;
}

/** For the link to the next page: the cursor takes their place. */
function withoutAnchors(url: string): string {
  const [path = '', query = ''] = url.split('?');
  const parameters = new URLSearchParams(query);
  for (const anchor of ['before', 'after', 'around']) parameters.delete(anchor);
  return `${path}?${parameters.toString()}`;
}
