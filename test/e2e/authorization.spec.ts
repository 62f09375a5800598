import { type Access, allRoutes, type ErrorCode, type Route } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from '../kit/conformance.js';
import { call, type CallInput } from '../kit/rest.js';
import { startServer, type TestServer } from '../kit/server.js';
import {
  type ActorName,
  actorNames,
  type Cast,
  gatherCast,
  strangersToTheConversation,
  strangersToTheServer,
} from './authorization-actors.js';
import { recipes } from './authorization-routes.js';
import { type Scene, setScene } from './authorization-scene.js';

const secret = 'the secret of the server under test';

let server: TestServer;
let cast: Cast;
/** Nobody ever changes it: what a stranger hears of it is a leak. */
let untouched: Scene;

beforeAll(async () => {
  server = await startServer({ environment: { PARLEY_SECRET: secret } });
  cast = await gatherCast(server.url, secret);
  untouched = await setScene(server.url, cast);
});

afterAll(() => server.dispose());

/** What the caller should be told: success, or the code of the refusal. */
type Expected = 'allowed' | ErrorCode;

const roles: readonly ActorName[] = ['member', 'admin', 'owner'];

/** The rights, from the route's access alone. null: the actor has nothing to ask here. */
function expectedOf(access: Access, actor: ActorName): Expected | null {
  if (access === 'public') return 'allowed';
  if (strangersToTheServer.includes(actor)) return actor === 'expired' ? 'token_expired' : 'unauthenticated';
  switch (access) {
    case 'self':
      return actor === 'analyst' || actor === 'operator' ? null : 'allowed';
    case 'member':
    case 'admin':
    case 'owner':
      if (strangersToTheConversation.includes(actor)) return 'conversation_not_found';
      return roles.indexOf(actor) >= roles.indexOf(access) ? 'allowed' : 'forbidden';
    case 'scope:events:read':
      return actor === 'analyst' ? 'allowed' : 'scope_missing';
    case 'scope:admin':
      return actor === 'operator' ? 'allowed' : 'scope_missing';
    default:
      return access satisfies never;
  }
}

const isOnConversation = ({ access }: Route): boolean => (roles as readonly string[]).includes(access);
const codeOf = ({ body }: Answer): unknown => (body as { code?: unknown } | undefined)?.code;

/** Everything of an answer that could tell one "no" from another. */
function fingerprint({ status, headers, text }: Answer): unknown {
  const told = [...headers].filter(([name]) => !['date', 'ratelimit', 'ratelimit-policy'].includes(name));
  return { status, told, text: text.replace(/"traceId":"[^"]*"/, '"traceId":"…"') };
}

async function askAs(route: Route, actor: ActorName, scene: Scene, change: CallInput = {}): Promise<Answer> {
  const input = await recipes[route.id]?.input({ serverUrl: server.url, cast, actor: cast[actor], scene });
  const headers = { 'Parley-Min-Position': scene.position };
  const merged = { token: cast[actor].token, headers, ...input, ...change };
  return call(server.url, route, { ...merged, params: { ...input?.params, ...change.params } });
}

it('has a recipe for every route, and for nothing else', () => {
  expect(Object.keys(recipes).sort()).toEqual(allRoutes.map(({ id }) => id).sort());
});

/** `allowed`, or the code of the refusal. */
function outcomeOf(route: Route, answer: Answer): unknown {
  const successes = [route.status, ...Object.keys(route.otherResponses ?? {}).map(Number)];
  return successes.includes(answer.status) ? 'allowed' : codeOf(answer);
}

/** What of the untouched scene stands in an answer to somebody who was never there. */
const leaksIn = (actor: ActorName, { text }: Answer): readonly string[] =>
  actor === 'stranger' ? [untouched.conversationId, untouched.secretWord].filter((word) => text.includes(word)) : [];

const named = (routes: readonly Route[]): (readonly [string, Route])[] =>
  routes.map((route) => [`${route.method} ${route.path}`, route] as const);

describe.each(named(allRoutes))('%s', (_name, route) => {
  const cells = actorNames
    .map((actor) => [actor, recipes[route.id]?.instead?.[actor] ?? expectedOf(route.access, actor)] as const)
    .filter((cell): cell is readonly [ActorName, Expected] => cell[1] !== null);

  it.each(cells)('%s: %s', async (actor, expected) => {
    const changesScene = isOnConversation(route) || route.id === 'joinByInvite';
    const scene = expected === 'allowed' && changesScene ? await setScene(server.url, cast) : untouched;
    const answer = await askAs(route, actor, scene);
    expect(outcomeOf(route, answer)).toBe(expected);
    expect(leaksIn(actor, answer)).toEqual([]);
  });
});

describe.each(named(allRoutes.filter(isOnConversation)))('%s hides what is not theirs:', (_name, route) => {
  const actors = strangersToTheConversation.filter((actor) => recipes[route.id]?.instead?.[actor] !== 'allowed');

  it.each(actors)('%s cannot tell it from a conversation that does not exist', async (actor) => {
    const real = await askAs(route, actor, untouched);
    const made = await askAs(route, actor, untouched, { params: { conversationId: 'cnv_neverStartedByAnybody' } });
    expect(fingerprint(real)).toEqual(fingerprint(made));
  });
});
