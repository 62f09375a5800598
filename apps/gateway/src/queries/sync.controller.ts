import { Controller, Inject, Req, Res } from '@nestjs/common';
import {
  EVENT_LOG_READER,
  HandleRoute,
  Input,
  ParleyError,
  type RouteInput,
  sendJson,
  tellPosition,
} from '@parley/platform';
import type { EventLogReader } from '@parley/ports';
import { queryRoutes } from '@parley/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LiveGateway } from '../gateway.provider.js';
import { isAheadOfLog } from '../sync/ahead-of-log.js';
import { goneSignal } from './gone-signal.js';
import { ReadContext } from './read-context.js';
import { waitForChange } from './wait-for-change.js';

/** Where a device is in the conversation list that it is brought first. */
interface ListPlace {
  /** Of the first page: changes are read from here on, once the list is through. */
  readonly position: number;
  readonly activity: number;
  readonly conversationId: string;
}

const defaultChanges = 200;
/** How long a cursor may be ahead of what can be read here before the log is asked about it. */
const lagMs = 1_000;
const listCursor = 'list';
/** Requests that wait at a time, on this node. */
const mostWaiting = 10_000;

/** The same changes as on the socket, for those who ask from time to time: polling, or waiting a while for an answer. */
@Controller()
export class SyncController {
  private waiting = 0;

  constructor(
    @Inject(ReadContext) private readonly reads: ReadContext,
    @Inject(LiveGateway) private readonly live: LiveGateway,
    @Inject(EVENT_LOG_READER) private readonly log: Pick<EventLogReader, 'info'>,
  ) {}

  @HandleRoute(queryRoutes.sync)
  async sync(
    @Input() input: RouteInput<typeof queryRoutes.sync>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.reads.begin(input);
    const { userId } = input.principal;
    const { cursor, limit = defaultChanges, wait = 0 } = input.query;
    const place = cursor === undefined ? null : this.listPlaceOf(cursor);
    if (cursor === undefined) return this.list(reply, userId, null, limit);
    const after = place?.position ?? this.reads.cursors.decodePosition(cursor);
    const { positions } = this.reads.models;
    if (await isAheadOfLog(after, { positions, log: this.log }, lagMs)) throw new ParleyError('resync_required');
    if (place !== null) return this.list(reply, userId, place, limit);
    const page = await this.changes(userId, after, limit, wait * 1_000, request);
    tellPosition(reply, page.upTo);
    const changes = page.changes.map((change) => change.json);
    sendJson(reply, answer([], changes, this.reads.cursors.encodePosition(Math.max(after, page.upTo)), page.hasMore));
  }

  private async changes(userId: string, after: number, limit: number, waitMs: number, request: FastifyRequest) {
    const { inbox } = this.reads.models;
    const read = () => inbox.changes(userId, after, limit);
    if (waitMs === 0) return read();
    if (this.waiting >= mostWaiting) throw new ParleyError('overloaded', { retryAfterMs: 5_000 });
    const { signal: gone, release } = goneSignal(request.raw, this.live.stopping);
    this.waiting++;
    try {
      return await waitForChange({
        hub: this.live.hub,
        userId,
        waitMs,
        gone,
        read,
        isEmpty: (page) => page.changes.length === 0 && !page.hasMore,
      });
    } finally {
      release();
      this.waiting--;
    }
  }

  private async list(reply: FastifyReply, userId: string, place: ListPlace | null, limit: number): Promise<void> {
    const { models, cursors } = this.reads;
    const page = await models.inbox.entries({
      userId,
      limit,
      archived: true,
      ...(place === null ? {} : { before: place }),
    });
    const position = place?.position ?? page.position;
    const last = page.hasMore ? page.entries.at(-1) : undefined;
    const entries = page.entries.map((entry) => entry.json);
    if (last === undefined && place !== null) entries.push(...(await this.movedUp(userId, position)));
    const next =
      last === undefined
        ? cursors.encodePosition(position)
        : cursors.encode(listCursor, `${position}:${last.activity}:${last.conversationId}`);
    tellPosition(reply, page.position);
    sendJson(reply, answer(entries, [], next, last !== undefined || page.position > position));
  }

  /** Conversations that moved to the top while the pages below were read may have been on none of them. */
  private async movedUp(userId: string, since: number): Promise<string[]> {
    const moved: string[] = [];
    let before: { activity: number; conversationId: string } | undefined;
    for (;;) {
      const page = await this.reads.models.inbox.entries({
        userId,
        limit: 50,
        archived: true,
        ...(before === undefined ? {} : { before }),
      });
      for (const entry of page.entries) {
        if (entry.activity <= since) return moved;
        moved.push(entry.json);
        before = { activity: entry.activity, conversationId: entry.conversationId };
      }
      if (!page.hasMore) return moved;
    }
  }

  private listPlaceOf(cursor: string): ListPlace | null {
    if (!cursor.startsWith(`${listCursor}.`)) return null;
    const [position, activity, conversationId] = this.reads.cursors.decode(listCursor, cursor).split(':');
    return { position: Number(position), activity: Number(activity), conversationId: conversationId ?? '' };
  }
}

const answer = (entries: readonly string[], changes: readonly string[], cursor: string, hasMore: boolean): string =>
  `{"entries":[${entries.join(',')}],"changes":[${changes.join(',')}],"cursor":"${cursor}","hasMore":${String(hasMore)}}`;
