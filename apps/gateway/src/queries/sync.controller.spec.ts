import { createCursorCodec, type RouteInput } from '@parley/platform';
import type { ReadModels } from '@parley/ports';
import type { queryRoutes } from '@parley/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import type { LiveGateway } from '../gateway.provider.js';
import { ReadContext } from './read-context.js';
import { SyncController } from './sync.controller.js';

const cursors = createCursorCodec(new Uint8Array(32));

/** Asks a server that has projected up to 80 of a log that ends at 100. */
async function sync(cursor: string): Promise<unknown> {
  const models = {
    positions: { safePosition: () => 80, waitFor: async (position: number) => position <= 80 },
    inbox: {
      changes: async () => ({ changes: [], upTo: 80, hasMore: false }),
      entries: async () => ({ entries: [], position: 80, hasMore: false }),
    },
  } as unknown as ReadModels;
  let body: unknown;
  const reply = { header: () => reply, send: (text: string) => (body = JSON.parse(text)) };
  const reads = new ReadContext(models, cursors, { minPositionWait: 1 } as never);
  const log = { info: async () => ({ events: 10, lastPosition: 100, lastTime: 0 }) };
  await new SyncController(reads, {} as LiveGateway, log).sync(
    { query: { cursor }, principal: { userId: 'usr_me' } } as unknown as RouteInput<typeof queryRoutes.sync>,
    {} as FastifyRequest,
    reply as unknown as FastifyReply,
  );
  return body;
}

describe('GET /v1/sync', () => {
  it('goes on from a cursor that is only not projected yet', async () => {
    const cursor = cursors.encodePosition(90);
    expect(await sync(cursor)).toEqual({ entries: [], changes: [], cursor, hasMore: false });
  });

  it.each([
    ['of changes', cursors.encodePosition(110)],
    ['within the list', cursors.encode('list', '110:50:cnv_1')],
  ])('tells a device to begin anew when its cursor %s is ahead of the log', async (_where, cursor) => {
    await expect(sync(cursor)).rejects.toMatchObject({ code: 'resync_required' });
  });
});
