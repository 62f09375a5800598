import { createCursorCodec, type RouteInput } from '@parley/platform';
import type { ReadModels, SearchPage, SearchQuery } from '@parley/ports';
import type { searchRoutes } from '@parley/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { ReadContext } from '../queries/read-context.js';
import { decodeSearchCursor, encodeSearchCursor } from './search-cursor.js';
import { SearchController } from './search.controller.js';

const cursors = createCursorCodec(new Uint8Array(32));
const message = JSON.stringify({ sequence: 3, content: { type: 'text.v1', text: 'Un CAFÉ noir' } });
const found: SearchPage = {
  hits: [{ message, conversationId: 'cnv_a', sequence: 3, position: 70 }],
  next: { position: 70 },
  asOf: 90,
};

/** Calls the controller; answers the query that reached the engine and the body. */
async function call(query: Record<string, unknown>, page: SearchPage = found) {
  const asked: SearchQuery[] = [];
  const models = {
    search: {
      search: async (search: SearchQuery) => {
        asked.push(search);
        return page;
      },
    },
    people: { byUsername: async (name: string) => (name === 'ann' ? JSON.stringify({ id: 'usr_1' }) : null) },
    positions: { safePosition: () => 91, waitFor: async () => true },
  } as unknown as ReadModels;
  let body = '';
  const reply = {
    header: () => reply,
    send: (text: string) => {
      body = text;
      return reply;
    },
  };
  const controller = new SearchController(new ReadContext(models, cursors, { minPositionWait: 1 } as never));
  const input = { query, principal: { userId: 'usr_me' }, minPosition: undefined };
  await controller.search(
    input as unknown as RouteInput<typeof searchRoutes.search>,
    { url: '/v1/search' } as FastifyRequest,
    reply as unknown as FastifyReply,
  );
  return { asked: asked[0], body: JSON.parse(body) as Record<string, unknown> };
}

describe('GET /v1/search', () => {
  it('answers hits with marks, state and cursor', async () => {
    const { body } = await call({ query: 'cafe' });
    expect(body).toEqual({
      data: [
        {
          conversationId: 'cnv_a',
          sequence: 3,
          position: '70',
          highlights: [{ start: 3, end: 7 }],
          message: JSON.parse(message),
        },
      ],
      nextCursor: encodeSearchCursor(cursors, 'newest', { position: 70 }),
      hasMore: true,
      asOf: '90',
      state: 'indexing',
    });
    expect((await call({ query: 'cafe' }, { ...found, next: null, asOf: 91 })).body).toMatchObject({
      nextCursor: null,
      hasMore: false,
      state: 'ready',
    });
  });

  it('resolves people, and goes on from a cursor', async () => {
    const cursor = encodeSearchCursor(cursors, 'relevance', { position: 7, rank: 1.25, top: 99 });
    const query = 'tea from:@ann from:ann from:me from:usr_9 from:nobody in:cnv_a';
    const { asked } = await call({ query, order: 'relevance', cursor, limit: 5 });
    expect(asked).toMatchObject({
      userId: 'usr_me',
      from: ['usr_1', 'usr_1', 'usr_me', 'usr_9'],
      in: ['cnv_a'],
      order: 'relevance',
      limit: 5,
      cursor: { position: 7, rank: 1.25, top: 99 },
    });
    expect((await call({ query: 'tea from:nobody' })).asked?.from).toEqual([]);
    expect((await call({ query: 'tea' })).asked).not.toHaveProperty('from');
  });

  it('says what is wrong with a query', async () => {
    await expect(call({ query: 'before:then' })).rejects.toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: '/query/query', message: 'before: takes a day such as 2026-11-23' }],
    });
    await expect(call({ query: 'x', cursor: 'x.y.z' })).rejects.toMatchObject({ code: 'invalid_cursor' });
    const newest = encodeSearchCursor(cursors, 'newest', { position: 7 });
    await expect(call({ query: 'x', order: 'relevance', cursor: newest })).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
    expect(decodeSearchCursor(cursors, 'newest', newest)).toEqual({ position: 7 });
  });
});
