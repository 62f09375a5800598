import type { OutgoingHttpHeaders } from 'node:http';
import { Controller, Inject, Res } from '@nestjs/common';
import {
  asParleyError,
  HandleRoute,
  Input,
  LOGGER,
  type Logger,
  PROJECTION_ADMIN,
  type RouteInput,
} from '@parley/platform';
import type { ProjectionAdmin } from '@parley/ports';
import { adminRoutes, type RebuildLine } from '@parley/protocol';
import type { FastifyReply } from 'fastify';

/** Operating the projections of a running server. */
@Controller()
export class ProjectionAdminController {
  constructor(
    @Inject(PROJECTION_ADMIN) private readonly admin: ProjectionAdmin,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @HandleRoute(adminRoutes.listProjections)
  async list(): Promise<unknown> {
    const statuses = await this.admin.status();
    return { data: statuses.map((status) => ({ ...status, position: String(status.position) })) };
  }

  @HandleRoute(adminRoutes.rebuildProjection)
  async rebuild(
    @Input() { params }: RouteInput<typeof adminRoutes.rebuildProjection>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { name } = params;
    const headers = reply.getHeaders() as OutgoingHttpHeaders;
    const answer = reply.hijack().raw;
    answer.writeHead(200, { ...headers, 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' });
    const tell = (line: RebuildLine): unknown => answer.write(`${JSON.stringify(line)}\n`);
    try {
      const report = await this.admin.rebuild(name, (progress) => tell({ type: 'progress', ...progress }));
      tell({ type: 'report', ...report, examples: [...report.examples] });
    } catch (error) {
      this.logger.error({ err: error, projection: name }, 'rebuild failed');
      const told = asParleyError(error);
      tell({
        type: 'failed',
        message: told.code === 'internal' && error instanceof Error ? error.message : told.message,
      });
    }
    answer.end();
  }

  @HandleRoute(adminRoutes.listParkedEvents)
  async parked(@Input() { query }: RouteInput<typeof adminRoutes.listParkedEvents>): Promise<unknown> {
    const { projection, after, limit } = query;
    const events = await this.admin.parked(projection, { after, limit });
    return {
      data: events.map((event) => ({
        ...event,
        position: String(event.position),
        parkedAt: new Date(event.parkedAt).toISOString(),
      })),
    };
  }

  @HandleRoute(adminRoutes.retryParkedEvent)
  async retry(@Input() { params }: RouteInput<typeof adminRoutes.retryParkedEvent>): Promise<unknown> {
    return { applied: await this.admin.retryParked(params.projection, params.position) };
  }
}
