import { allRoutes, type Route } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { type Answer, answerMistakes, frameMistakes } from './conformance.js';

const routeOf = (id: string): Route => allRoutes.find((route) => route.id === id) ?? missing(id);
const missing = (id: string): never => {
  throw new Error(`no route ${id}`);
};

const answer = (
  status: number,
  type: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  headers: new Headers({ 'Content-Type': type, ...headers }),
  text: body === undefined ? '' : JSON.stringify(body),
  body,
});
const json = 'application/json; charset=utf-8';
const problemJson = 'application/problem+json; charset=utf-8';
const problem = (code: string, status: number, more: object = {}): unknown => ({
  type: `/docs/errors#${code}`,
  title: 'No',
  status,
  code,
  retryable: false,
  ...more,
});

describe('what differs from the documents is found', () => {
  const livez = routeOf('livez');
  const getMessage = routeOf('getMessage');

  it('and nothing else', () => {
    expect(answerMistakes(livez, answer(200, json, { status: 'alive' }))).toEqual([]);
    const notFound = answer(404, problemJson, problem('message_not_found', 404));
    expect(answerMistakes(getMessage, notFound)).toEqual([]);
  });

  it.each([
    ['a wrong field', livez, answer(200, json, { status: 'dead' })],
    ['a field too many', livez, answer(200, json, { status: 'alive', since: 1 })],
    ['another media type', livez, answer(200, 'text/plain', { status: 'alive' })],
    ['a status nobody documented', livez, answer(302, json, {})],
    ['a body where none is documented', routeOf('logOut'), answer(204, json, { bye: true })],
    ['a code of another route', getMessage, answer(409, problemJson, problem('username_taken', 409))],
    ['a code that does not exist', getMessage, answer(400, problemJson, problem('no_such_code', 400))],
    ['a code with the status of another', getMessage, answer(403, problemJson, problem('message_not_found', 404))],
    [
      'a problem with a field too many',
      getMessage,
      answer(404, problemJson, problem('message_not_found', 404, { sql: '' })),
    ],
    ['a 503 without Retry-After', getMessage, answer(503, problemJson, problem('not_yet_projected', 503))],
    ['a 401 without WWW-Authenticate', getMessage, answer(401, problemJson, problem('unauthenticated', 401))],
  ])('%s', (_what, route, given) => {
    expect(answerMistakes(route, given)).toHaveLength(1);
  });

  it('in frames, too', () => {
    expect(frameMistakes({ type: 'pong', ref: 1 })).toEqual([]);
    expect(frameMistakes({ type: 'pong', ref: 1, at: 2 })).toHaveLength(1);
    expect(frameMistakes({ type: 'accepted', ref: 1 })).not.toEqual([]);
    expect(frameMistakes({ type: 'gossip' })).toHaveLength(1);
  });
});
