import { everythingRead, type Standstill } from '@parley/platform';
import type { FastifyInstance } from 'fastify';

/**
 * Drops requests whose callers gave up while this process stood still: they have asked elsewhere, and perhaps for
 * something newer after it. What has just been read waits until all that lies behind it, the end of its connection
 * too, has been read.
 */
export function dropLateRequests(server: FastifyInstance, standstill: Standstill): void {
  server.addHook('onClose', async () => standstill.close());
  server.addHook('onRequest', async (request, reply) => {
    if (!standstill.hasJustEnded()) return;
    await everythingRead();
    const { raw } = request;
    if (raw.errored !== null || raw.socket.destroyed) reply.hijack();
  });
}
