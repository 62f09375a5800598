import { ParleyError } from '@parley/platform';
import type { HistoryEntry, HistoryPage, ReadModels } from '@parley/ports';
import type { ClientFrameOf } from '@parley/protocol';
import { memberOnly } from './members-only.js';

export interface HistoryRequest {
  readonly conversationId: string;
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly around?: number | undefined;
  readonly limit?: number | undefined;
  readonly notices: boolean;
}

const defaultLimit = 50;

/** Pages of a conversation for its members: the same on sockets and REST. */
export class HistoryReads {
  constructor(private readonly models: Pick<ReadModels, 'history' | 'membership' | 'positions'>) {}

  /** @throws ParleyError `conversation_not_found` for all but members, `invalid_request` */
  async page(userId: string, request: HistoryRequest): Promise<HistoryPage> {
    const { conversationId, before, after, around, limit = defaultLimit, notices } = request;
    if ([before, after, around].filter((anchor) => anchor !== undefined).length > 1) {
      throw new ParleyError('invalid_request', { detail: 'give at most one of before, after and around' });
    }
    const upTo = this.models.positions.safePosition();
    const { windows } = await memberOnly(this.models.membership, conversationId, userId);
    return this.models.history.page({
      conversationId,
      windows,
      limit,
      notices,
      upTo,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      ...(around === undefined ? {} : { around }),
    });
  }

  /** The answer to a `history` frame. */
  async frame(userId: string, frame: ClientFrameOf<'history'>): Promise<string> {
    const page = await this.page(userId, { ...frame, notices: frame.notices ?? false });
    const entries = page.entries.map(timelineEntry);
    return `{"type":"history","ref":${frame.ref},"conversationId":"${frame.conversationId}","entries":[${entries.join(',')}],"hasMoreBefore":${String(page.hasMoreBefore)},"hasMoreAfter":${String(page.hasMoreAfter)}}`;
  }
}

/** A message or notice with its kind, as JSON. */
export const timelineEntry = ({ kind, position, json }: HistoryEntry): string =>
  `{"kind":"${kind}","position":"${position}","${kind}":${json}}`;
