import { Inject, Injectable } from '@nestjs/common';
import {
  awaitPosition,
  CONFIG,
  type CursorCodec,
  CURSORS,
  type ParleyConfig,
  ParleyError,
  READ_MODELS,
  sendJson,
  tellPosition,
} from '@parley/platform';
import type { ConversationMembership, ReadModels } from '@parley/ports';
import type { FastifyReply } from 'fastify';
import { memberOnly } from './members-only.js';

/** What every read of a person needs of its request. */
export interface ReadRequest {
  readonly principal: { readonly userId: string };
  readonly minPosition: number | undefined;
}

export const defaultPage = 50;

/** How all reads begin and end: wait for the position asked for, check membership, say as of when the answer holds. */
@Injectable()
export class ReadContext {
  constructor(
    @Inject(READ_MODELS) readonly models: ReadModels,
    @Inject(CURSORS) readonly cursors: CursorCodec,
    @Inject(CONFIG) private readonly config: ParleyConfig,
  ) {}

  /**
   * @returns the position that what is read next holds for at least.
   * @throws ParleyError `not_yet_projected`
   */
  async begin({ minPosition }: ReadRequest): Promise<number> {
    await awaitPosition(this.models.positions, minPosition, this.config.minPositionWait);
    return this.models.positions.safePosition();
  }

  /** @throws ParleyError `conversation_not_found` for all but members */
  member(request: ReadRequest, conversationId: string): Promise<ConversationMembership> {
    return memberOnly(this.models.membership, conversationId, request.principal.userId);
  }

  /** One thing as stored; null: there is none that is yours to see. */
  send(
    reply: FastifyReply,
    asOf: number,
    json: string | null,
    missing: 'conversation_not_found' | 'user_not_found',
  ): void {
    if (json === null) throw new ParleyError(missing);
    tellPosition(reply, asOf);
    sendJson(reply, json);
  }
}

/** Rows of a page that was read with one row more than asked for, and the row to go on after. */
export function cut<Row>(
  rows: readonly Row[],
  limit: number,
): { readonly rows: readonly Row[]; readonly last: Row | null } {
  if (rows.length <= limit) return { rows, last: null };
  return { rows: rows.slice(0, limit), last: rows[limit - 1] ?? null };
}
