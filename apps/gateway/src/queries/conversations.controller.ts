import { Controller, Inject, Req, Res } from '@nestjs/common';
import { HandleRoute, Input, ParleyError, type RouteInput, sendPage, tellPosition } from '@parley/platform';
import { queryRoutes } from '@parley/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cut, defaultPage, ReadContext } from './read-context.js';

/** The conversation list, one conversation, and who is in it. */
@Controller()
export class ConversationsController {
  constructor(@Inject(ReadContext) private readonly reads: ReadContext) {}

  @HandleRoute(queryRoutes.listConversations)
  async list(
    @Input() input: RouteInput<typeof queryRoutes.listConversations>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.reads.begin(input);
    const { cursor, limit = defaultPage, archived } = input.query;
    const before = cursor === undefined ? undefined : this.placeOf(cursor);
    const page = await this.reads.models.inbox.entries({
      userId: input.principal.userId,
      limit,
      archived: archived === 'true',
      ...(before === undefined ? {} : { before }),
    });
    const last = page.hasMore ? page.entries.at(-1) : undefined;
    tellPosition(reply, page.position);
    sendPage(reply, {
      rows: page.entries.map((entry) => entry.json),
      nextCursor:
        last === undefined ? null : this.reads.cursors.encode('inbox', `${last.activity}:${last.conversationId}`),
      asOf: page.position,
      url: request.url,
    });
  }

  @HandleRoute(queryRoutes.getConversation)
  async one(@Input() input: RouteInput<typeof queryRoutes.getConversation>, @Res() reply: FastifyReply): Promise<void> {
    const asOf = await this.reads.begin(input);
    const { conversationId } = input.params;
    await this.reads.member(input, conversationId);
    const entry = await this.reads.models.inbox.entry(input.principal.userId, conversationId);
    this.reads.send(reply, asOf, entry, 'conversation_not_found');
  }

  @HandleRoute(queryRoutes.listMembers)
  async members(
    @Input() input: RouteInput<typeof queryRoutes.listMembers>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asOf = await this.reads.begin(input);
    const { conversationId } = input.params;
    await this.reads.member(input, conversationId);
    const { cursor, limit = defaultPage } = input.query;
    const after = cursor === undefined ? null : this.reads.cursors.decode('members', cursor);
    const { rows, last } = cut(await this.reads.models.membership.members(conversationId, after, limit + 1), limit);
    const nextCursor =
      last === null ? null : this.reads.cursors.encode('members', (JSON.parse(last) as { userId: string }).userId);
    tellPosition(reply, asOf);
    sendPage(reply, { rows, nextCursor, asOf, url: request.url });
  }

  private placeOf(cursor: string): { readonly activity: number; readonly conversationId: string } {
    const [activity, conversationId] = this.reads.cursors.decode('inbox', cursor).split(':');
    if (activity === undefined || conversationId === undefined) throw new ParleyError('invalid_cursor');
    return { activity: Number(activity), conversationId };
  }
}
