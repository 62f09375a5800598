import { randomUUID } from 'node:crypto';
import {
  accountRoutes,
  allRoutes,
  type ClientFrame,
  clientFrames,
  conversationCommandRoutes,
  discoveryRoutes,
  documentRoutes,
  type ErrorCode,
  eventRoutes,
  messageCommandRoutes,
  operationsRoutes,
  queryRoutes,
  type Route,
  type ServerFrame,
  serverFrames,
} from '@parley/protocol';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { password, type Person, register } from '../kit/people.js';
import { ask, call, type CallInput } from '../kit/rest.js';
import { startServer, type TestServer } from '../kit/server.js';
import { TestSocket } from '../kit/socket.js';

/**
 * `call` and `TestSocket` compare every answer and every frame with the documents: here they see what a whole session
 * brings, the refusals that are hard to meet, and that nothing of the documents is missing.
 */
let server: TestServer;
let ann: Person;
let bob: Person;
let conversationId: string;

beforeAll(async () => {
  server = await startServer({ environment: { PARLEY_MIN_POSITION_WAIT: '2000', PARLEY_MAX_BODY_BYTES: '8192' } });
  [ann, bob] = await Promise.all([register(server.url, 'ann'), register(server.url, 'bob')]);
  const body = { kind: 'group', memberIds: [bob.userId], title: 'Two' };
  const started = await ask(server.url, conversationCommandRoutes.startConversation, { token: ann.token, body });
  conversationId = started.conversationId;
});

afterAll(() => server.dispose());

const textMessage = (text = 'Hello'): { clientMessageId: string; content: { type: string; text: string } } => ({
  clientMessageId: randomUUID(),
  content: { type: 'text.v1', text },
});

/** The status and, of a problem, its code. */
async function outcome(route: Route, input: CallInput): Promise<readonly [number, ErrorCode | undefined]> {
  const { status, body } = await call(server.url, route, input);
  return [status, (body as { code?: ErrorCode } | undefined)?.code];
}

describe('the served documents', () => {
  it('are valid and made of the same table', async () => {
    const openapi = await ask(server.url, documentRoutes.getOpenapiDocument);
    const { errors } = await new Validator().validate(structuredClone(openapi));
    expect(errors).toBeUndefined();
    expect(openapi['servers']).toEqual([{ url: server.url }]);
    const operations = Object.values(openapi['paths'] as Record<string, Record<string, { operationId: string }>>);
    const ids = operations.flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    expect(ids.sort()).toEqual(allRoutes.map(({ id }) => id).sort());
    const asyncapi = await ask(server.url, documentRoutes.getAsyncapiDocument);
    expect(asyncapi['servers']).toMatchObject({ this: { host: new URL(server.url).host, protocol: 'ws' } });
  });
});

const sendWithKey = (key: string, text: string): Promise<readonly [number, ErrorCode | undefined]> =>
  outcome(messageCommandRoutes.sendMessage, {
    token: ann.token,
    params: { conversationId },
    headers: { 'Idempotency-Key': key },
    body: { content: textMessage(text).content },
  });

const raw = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(server.url + path, { method: 'POST', ...init });
const problemOf = async (response: Response): Promise<unknown> => {
  expect(response.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
  return ((await response.json()) as { code: unknown }).code;
};

describe('answers that are hard to meet', () => {
  const json = { 'Content-Type': 'application/json' };

  it.each([
    ['not JSON', { headers: json, body: '{"username":' }, 400, 'malformed_json'],
    ['not UTF-8', { headers: json, body: Uint8Array.of(0x7b, 0xff, 0x7d) }, 400, 'malformed_json'],
    ['nothing at all', { headers: json, body: '' }, 400, 'malformed_json'],
    ['an array', { headers: json, body: '[]' }, 400, 'invalid_request'],
    ['an unknown field', { headers: json, body: '{"username":"x","password":"y","a":1}' }, 400, 'invalid_request'],
    ['XML', { headers: { 'Content-Type': 'text/xml' }, body: '<a/>' }, 415, 'unsupported_media_type'],
    ['too much', { headers: json, body: JSON.stringify({ username: 'x'.repeat(9_000) }) }, 413, 'payload_too_large'],
  ] as const)('a body that is %s', async (_what, init, status, code) => {
    const response = await raw('/v1/sessions', init);
    expect([response.status, await problemOf(response)]).toEqual([status, code]);
  });

  it.each([
    ['GET', '/v1/nowhere'],
    ['DELETE', '/livez'],
    ['GET', '/../etc/passwd'],
    ['GET', '/docs/../../package.json'],
    ['GET', '/v1/conversations/%E0%A4%A/messages'],
  ])('nothing is served at %s %s', async (method, path) => {
    const response = await raw(path, { method });
    expect([response.status, await problemOf(response)]).toEqual([404, 'route_not_found']);
  });

  it('a position that is not reached in time', async () => {
    const headers = { 'Parley-Min-Position': '9007199254740991' };
    const answer = await outcome(queryRoutes.listConversations, { token: ann.token, headers });
    expect(answer).toEqual([503, 'not_yet_projected']);
  });

  it.each(['-1', '1e3', '9'.repeat(17), 'x', ''])('a position that is none: %j', async (position) => {
    const headers = { 'Parley-Min-Position': position };
    const answer = await outcome(queryRoutes.listConversations, { token: ann.token, headers });
    expect(answer).toEqual([400, 'invalid_request']);
  });

  it('a cursor of somebody else’s making', async () => {
    const query = { cursor: 'MTIzNDU.bWFkZS11cA' };
    expect(await outcome(queryRoutes.listConversations, { token: ann.token, query })).toEqual([400, 'invalid_cursor']);
    expect(await outcome(queryRoutes.sync, { token: ann.token, query })).toEqual([400, 'invalid_cursor']);
  });

  it('the same key with another body', async () => {
    expect(await sendWithKey('"one-key"', 'One')).toEqual([201, undefined]);
    expect(await sendWithKey('"one-key"', 'One')).toEqual([200, undefined]);
    expect(await sendWithKey('"one-key"', 'Two')).toEqual([422, 'idempotency_conflict']);
  });

  it('a key that is none', async () => {
    const answer = await sendWithKey(`"${'k'.repeat(65)}"`, 'One');
    expect(answer).toEqual([400, 'idempotency_key_invalid']);
  });

  it('a wrong password, and a refresh token that comes twice', async () => {
    const body = { username: ann.username, password: `${password}?` };
    expect(await outcome(accountRoutes.logIn, { body })).toEqual([401, 'wrong_credentials']);
    const { refreshToken } = await register(server.url, 'eve');
    expect(await outcome(accountRoutes.refreshSession, { body: { refreshToken } })).toEqual([200, undefined]);
    expect(await outcome(accountRoutes.refreshSession, { body: { refreshToken } })).toEqual([
      401,
      'refresh_token_reused',
    ]);
  });
});

describe('headers', () => {
  it('tell limits on every answer, and positions on what was read or written', async () => {
    const { headers: onWrite } = await call(server.url, messageCommandRoutes.sendMessage, {
      token: ann.token,
      params: { conversationId },
      body: textMessage(),
    });
    const position = onWrite.get('Parley-Position') ?? '';
    expect(position).toMatch(/^\d+$/);
    expect(onWrite.get('RateLimit')).toMatch(/^"default";r=\d+;t=\d+$/);
    expect(onWrite.get('RateLimit-Policy')).toMatch(/^"default";q=\d+;w=60$/);
    const { headers: onRead } = await call(server.url, queryRoutes.listMessages, {
      token: ann.token,
      params: { conversationId },
      headers: { 'Parley-Min-Position': position },
    });
    expect(Number(onRead.get('Parley-Position'))).toBeGreaterThanOrEqual(Number(position));
    const { headers: onDiscovery } = await call(server.url, discoveryRoutes.discover);
    expect(onDiscovery.get('RateLimit')).not.toBeNull();
  });

  it('link to the next page, and the pages join without gap or repeat', async () => {
    for (let i = 0; i < 5; i++) {
      const body = textMessage(`page ${i}`);
      await ask(server.url, messageCommandRoutes.sendMessage, { token: ann.token, params: { conversationId }, body });
    }
    const { position } = await ask(server.url, messageCommandRoutes.sendMessage, {
      token: ann.token,
      params: { conversationId },
      body: textMessage('the last'),
    });
    const headers = { Authorization: `Bearer ${ann.token}`, 'Parley-Min-Position': position };
    let next: string | undefined = `/v1/conversations/${conversationId}/messages?limit=2`;
    const seen: number[] = [];
    while (next !== undefined) {
      const response = await fetch(server.url + next, { headers });
      const { data } = (await response.json()) as { data: { sequence: number }[] };
      seen.push(...data.map(({ sequence }) => sequence));
      next = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('Link') ?? '')?.[1];
    }
    const last = Math.max(...seen);
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: last }, (_, index) => index + 1));
  });
});

describe('limits', () => {
  it('are told with 429 and the seconds to wait', async () => {
    const limited = await startServer({ environment: { PARLEY_REQUESTS_PER_MINUTE_ADDRESS: '3' } });
    try {
      const answers = [];
      for (let i = 0; i < 5; i++) answers.push(await call(limited.url, discoveryRoutes.discover));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
      expect(answers[4]?.body).toMatchObject({ code: 'rate_limited', retryable: true });
      expect(Number(answers[4]?.headers.get('Retry-After'))).toBeGreaterThan(0);
      // Probes are never turned away: a busy node must not look like a dead one.
      expect((await call(limited.url, operationsRoutes.livez)).status).toBe(200);
    } finally {
      await limited.dispose();
    }
  });
});

describe('replay', () => {
  it('is as documented in both media types', async () => {
    const admin = await startServer({ environment: { PARLEY_ADMIN_USERS: 'root' } });
    try {
      const body = { username: 'root', password };
      const { accessToken: token } = await ask(admin.url, accountRoutes.registerUser, { body });
      const plain = await call(admin.url, eventRoutes.replayEvents, { token });
      expect(plain.text.split('\n').filter((line) => line !== '')).toHaveLength(2);
      const headers = { Accept: 'text/event-stream' };
      const stream = await call(admin.url, eventRoutes.replayEvents, { token, headers });
      expect(stream.text).toMatch(/^retry: \d+\n\nid: \d+\nevent: UserRegistered\.v1\ndata: \{.*\}\n\n/);
    } finally {
      await admin.dispose();
    }
  });
});

describe('the socket', () => {
  it('speaks every frame of the document in a session, and no other', async () => {
    const own = await startServer();
    const said = new Set<string>();
    const [ann, bob] = await Promise.all([register(own.url, 'ann'), register(own.url, 'bob')]);
    const body = { kind: 'group', memberIds: [bob.userId], title: 'Two' };
    const { conversationId } = await ask(own.url, conversationCommandRoutes.startConversation, {
      token: ann.token,
      body,
    });
    const one = await TestSocket.hello(own.socketUrl, ann.token, { sync: true });
    const other = await TestSocket.hello(own.socketUrl, bob.token, { sync: true });
    await Promise.all([one, other].map((socket) => socket.until(() => socket.find('caught_up'))));
    const request = (type: ClientFrame['type'], more: Readonly<Record<string, unknown>> = {}): Promise<ServerFrame> => {
      said.add(type);
      return one.request({ type, ...more });
    };
    const at = { conversationId, sequence: 1 };
    await request('send', { conversationId, ...textMessage() });
    await request('edit', { ...at, content: textMessage('Hello again').content });
    await request('react', { ...at, emoji: '👍' });
    await request('unreact', { ...at, emoji: '👍' });
    await request('pin', at);
    await request('unpin', at);
    await request('delivered', { conversationId, upTo: 1 });
    await request('read', { conversationId, upTo: 1 });
    await request('mark_unread', { conversationId, marked: true });
    await request('forward', { conversationId, clientMessageId: randomUUID(), from: at });
    await request('delete', at);
    await request('history', { conversationId, notices: true });
    await request('presence_subscribe', { userIds: [bob.userId] });
    await request('sync');
    await request('ping');
    one.say({ type: 'presence', state: 'away' }, { type: 'typing', conversationId, active: true });
    said.add('presence').add('typing').add('hello');
    await other.until(() => other.find('typing'));
    await request('send', { conversationId: 'cnv_neverStarted', ...textMessage() });
    one.say({ type: 'no such frame' });
    await one.until(() => one.frames.filter(({ type }) => type === 'error').length >= 2);
    await own.stop();
    await Promise.all([one, other].map((socket) => socket.untilClosed()));
    await own.dispose();
    const heard = new Set([...one.frames, ...other.frames].map(({ type }) => type));
    expect([...said].sort()).toEqual(Object.keys(clientFrames).sort());
    expect([...heard, 'resync'].sort()).toEqual(Object.keys(serverFrames).sort());
    expect([...one.mistakes, ...other.mistakes]).toEqual([]);
  });

  it('tells a client that is ahead of the log to begin anew', async () => {
    const secret = 'a secret that outlives the log it was used with';
    const old = await startServer({ environment: { PARLEY_SECRET: secret } });
    const { token } = await register(old.url, 'ann');
    for (let i = 0; i < 10; i++) await register(old.url, 'somebody');
    const before = await TestSocket.hello(old.socketUrl, token, { sync: true });
    const { cursor } = await before.until(() => before.find('caught_up'));
    await old.dispose();
    const anew = await startServer({ environment: { PARLEY_SECRET: secret } });
    const { token: newToken } = await register(anew.url, 'ann');
    const after = await TestSocket.hello(anew.socketUrl, newToken, { sync: true, cursor });
    await after.until(() => after.find('resync'));
    expect(after.mistakes).toEqual([]);
    await after.close();
    await anew.dispose();
  });
});
