import { Controller, Inject, Req, Res } from '@nestjs/common';
import {
  CLOCK,
  type Clock,
  EVENT_LOG_READER,
  HandleRoute,
  Input,
  LOGGER,
  type Logger,
  ParleyError,
  REVOCATIONS,
  type RouteInput,
} from '@parley/platform';
import type { EventFilter, EventLogReader, RevocationBus } from '@parley/ports';
import { eventRoutes } from '@parley/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LiveGateway } from '../gateway.provider.js';
import { goneSignal } from '../queries/gone-signal.js';
import { type EventFormat, ndjson, serverSentEvents } from './event-format.js';
import { type EventReplay, replayEvents } from './replay-events.js';
import { tokenEnd } from './token-end.js';
import { writeSlowly } from './write-slowly.js';

type Query = RouteInput<typeof eventRoutes.replayEvents>['query'];

const heartbeatMs = 15_000;
const contentScope = 'content:read';

/** Every stored event for those who may: from any position, filtered, to the end or on and on. */
@Controller()
export class EventsController {
  constructor(
    @Inject(EVENT_LOG_READER) private readonly log: EventLogReader,
    @Inject(LiveGateway) private readonly live: LiveGateway,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(REVOCATIONS) private readonly revocations: RevocationBus,
  ) {}

  @HandleRoute(eventRoutes.replayEvents)
  async replay(
    @Input() { query, principal }: RouteInput<typeof eventRoutes.replayEvents>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const format = (request.headers.accept ?? '').includes('text/event-stream') ? serverSentEvents : ndjson;
    const withContent = principal.scopes.includes(contentScope);
    const after = resumeAfter(request) ?? query.after ?? 0;
    // What is wrong with the log shows here, while an error can still be answered as one.
    await this.log.info();
    const live = query.live === 'true';
    const gone = goneSignal(request.raw, this.live.stopping);
    const end = live ? tokenEnd(principal, this.revocations, this.clock) : null;
    try {
      await this.write(reply, format, withContent, {
        after,
        upTo: query.upTo,
        filter: filterOf(query),
        limit: query.limit ?? Infinity,
        live,
        signal: end === null ? gone.signal : AbortSignal.any([gone.signal, end.signal]),
      });
    } finally {
      gone.release();
      end?.release();
    }
  }

  private async write(
    reply: FastifyReply,
    format: EventFormat,
    withContent: boolean,
    replay: EventReplay,
  ): Promise<void> {
    const headers = reply.getHeaders();
    const out = reply.hijack().raw;
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) out.setHeader(name, value);
    out.writeHead(200, { 'Content-Type': format.mediaType, 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
    out.flushHeaders();
    let lastWrite = performance.now();
    const heartbeat = setInterval(() => {
      if (!out.writableNeedDrain && performance.now() - lastWrite >= heartbeatMs) out.write(format.heartbeat);
    }, heartbeatMs / 2);
    try {
      await writeSlowly(out, format.opening);
      for await (const events of replayEvents(this.log, replay)) {
        if (events.length === 0) continue;
        await writeSlowly(out, events.map((event) => format.event(event, withContent)).join(''));
        lastWrite = performance.now();
        if (replay.signal.aborted) break;
      }
      out.end();
    } catch (error) {
      // The answer has begun: only breaking it off tells that it is not whole.
      this.logger.error({ err: error }, 'a replay of events broke off');
      out.destroy();
    } finally {
      clearInterval(heartbeat);
    }
  }
}

/** A browser resumes after the position it saw last. */
function resumeAfter(request: FastifyRequest): number | null {
  const value = request.headers['last-event-id'];
  if (typeof value !== 'string' || value === '') return null;
  const position = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(position)) return position;
  throw new ParleyError('invalid_request', {
    errors: [{ pointer: '/headers/Last-Event-ID', message: 'expected a position: a decimal number' }],
  });
}

const filterOf = ({ stream, type }: Query): EventFilter => ({
  ...(stream === undefined ? {} : { streamPrefixes: stream }),
  ...(type === undefined ? {} : { types: type }),
});
