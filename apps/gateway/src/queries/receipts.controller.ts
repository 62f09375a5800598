import { Controller, Inject, Req, Res } from '@nestjs/common';
import { sees } from '@parley/events';
import { HandleRoute, Input, ParleyError, type RouteInput, sendPage, tellPosition } from '@parley/platform';
import type { MemberWatermark } from '@parley/ports';
import { queryRoutes } from '@parley/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { cut, defaultPage, ReadContext } from './read-context.js';

const cursorKind = 'receipts';

/** How far members and devices have come. */
@Controller()
export class ReceiptsController {
  constructor(@Inject(ReadContext) private readonly reads: ReadContext) {}

  @HandleRoute(queryRoutes.getReceipts)
  async aggregate(
    @Input() input: RouteInput<typeof queryRoutes.getReceipts>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asOf = await this.reads.begin(input);
    const { conversationId } = input.params;
    await this.reads.member(input, conversationId);
    const receipts = await this.reads.models.watermarks.aggregate(conversationId);
    this.reads.send(reply, asOf, receipts, 'conversation_not_found');
  }

  @HandleRoute(queryRoutes.listReceipts)
  async members(
    @Input() input: RouteInput<typeof queryRoutes.listReceipts>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asOf = await this.reads.begin(input);
    const { conversationId } = input.params;
    await this.reads.member(input, conversationId);
    await this.page(input, conversationId, asOf, request, reply, (watermark) => watermark);
  }

  @HandleRoute(queryRoutes.listMessageReceipts)
  async ofMessage(
    @Input() input: RouteInput<typeof queryRoutes.listMessageReceipts>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asOf = await this.reads.begin(input);
    const { conversationId, sequence } = input.params;
    const { windows } = await this.reads.member(input, conversationId);
    const { history } = this.reads.models;
    const isThere = sees(windows, sequence) && (await history.message(conversationId, sequence, asOf)).json !== null;
    if (!isThere) throw new ParleyError('message_not_found');
    await this.page(input, conversationId, asOf, request, reply, ({ userId, delivered, read }) => ({
      userId,
      delivered: delivered >= sequence,
      read: read >= sequence,
    }));
  }

  @HandleRoute(queryRoutes.listWatermarks)
  async own(
    @Input() input: RouteInput<typeof queryRoutes.listWatermarks>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const asOf = await this.reads.begin(input);
    const { conversationId } = input.params;
    await this.reads.member(input, conversationId);
    const data = await this.reads.models.watermarks.ofMember(conversationId, input.principal.userId);
    tellPosition(reply, asOf);
    return { data };
  }

  private async page(
    input: Pick<RouteInput<typeof queryRoutes.listReceipts>, 'query'>,
    conversationId: string,
    asOf: number,
    request: FastifyRequest,
    reply: FastifyReply,
    view: (watermark: MemberWatermark) => unknown,
  ): Promise<void> {
    const { cursor, limit = defaultPage } = input.query;
    const after = cursor === undefined ? null : this.reads.cursors.decode(cursorKind, cursor);
    const found = await this.reads.models.watermarks.ofConversation(conversationId, after, limit + 1);
    const { rows, last } = cut(found, limit);
    tellPosition(reply, asOf);
    sendPage(reply, {
      rows: rows.map((watermark) => JSON.stringify(view(watermark))),
      nextCursor: last === null ? null : this.reads.cursors.encode(cursorKind, last.userId),
      asOf,
      url: request.url,
    });
  }
}
