import { Controller, Inject, Res } from '@nestjs/common';
import { HandleRoute, Input, METRICS, type Metrics, type RouteInput } from '@parley/platform';
import { operationsRoutes } from '@parley/protocol';
import type { FastifyReply } from 'fastify';
import { Readiness } from './readiness.js';

/** For load balancers and monitoring. */
@Controller()
export class OperationsController {
  constructor(
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(METRICS) private readonly registry: Metrics,
  ) {}

  @HandleRoute(operationsRoutes.livez)
  livez(): unknown {
    return { status: 'alive' };
  }

  @HandleRoute(operationsRoutes.readyz)
  async readyz(
    @Input() { query }: RouteInput<typeof operationsRoutes.readyz>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { ready, checks } = await this.readiness.look(query.verbose !== undefined);
    await reply.status(ready ? 200 : 503).send({
      status: ready ? 'ready' : 'not_ready',
      ...(query.verbose === undefined ? {} : { checks }),
    });
  }

  @HandleRoute(operationsRoutes.healthz)
  healthz(@Input() input: RouteInput<typeof operationsRoutes.healthz>, @Res() reply: FastifyReply): Promise<void> {
    return this.readyz(input, reply);
  }

  @HandleRoute(operationsRoutes.metrics)
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8').send(await this.registry.text());
  }
}
