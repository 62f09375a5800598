import { describe, expect, it } from 'vitest';
import type { FetchRequest, FetchResponse } from '../environment.js';
import { ParleyClientError } from '../errors.js';
import { Simulation } from '../testing/simulation.js';
import { Api } from './api.js';
import { Transport } from './transport.js';

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** A server that gives these answers, one a request; `null` breaks the connection, `'silence'` never answers. */
function serving(...answers: (Answer | null | 'silence')[]) {
  const simulation = new Simulation(1);
  const requests: (FetchRequest & { url: string })[] = [];
  const refreshed: boolean[] = [];
  const fetch = (url: string, request: FetchRequest): Promise<FetchResponse> => {
    requests.push({ url, ...request });
    const answer = answers[requests.length - 1];
    if (answer === 'silence')
      return new Promise((_, reject) => {
        request.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    if (answer === undefined || answer === null) return Promise.reject(new TypeError('fetch failed'));
    const { status, body, headers = {} } = answer;
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
    return Promise.resolve({
      status,
      headers: new Headers(headers),
      text: () => Promise.resolve(body === undefined ? '' : text),
    });
  };
  class NoSocket {
    constructor() {
      throw new Error('no sockets here');
    }
  }
  const transport = new Transport(
    simulation.environment(NoSocket as never, fetch),
    { commandUrl: 'http://commands', queryUrl: 'http://reads', timeoutMs: 1000 },
    {
      token: (refresh) => {
        refreshed.push(refresh);
        return Promise.resolve('t0ken');
      },
    },
  );
  const settled = async <T>(promise: Promise<T>): Promise<T> => {
    let over = false;
    const end = (): void => void (over = true);
    promise.then(end, end);
    await simulation.until(() => over);
    return promise;
  };
  let ids = 0;
  return { transport, api: new Api(transport, () => `key-${++ids}`), requests, refreshed, settled };
}

const problem = (status: number, code: string, retryable: boolean, more: object = {}): Answer => ({
  status,
  body: { type: 'x', title: 'Title', status, code, retryable, ...more },
});

it('sends reads and writes where they belong, with the token', async () => {
  const { api, requests, settled } = serving(
    { status: 200, body: { data: [] } },
    { status: 204 },
    { status: 200, body: { data: [] } },
  );
  await settled(api.people.find({ ids: ['usr_a', 'usr_b'], limit: 2 }));
  await settled(api.members.remove('cnv_ä/b', 'usr_a'));
  await settled(api.devices.list());
  expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET http://reads/v1/people?ids=usr_a%2Cusr_b&limit=2',
    'DELETE http://commands/v1/conversations/cnv_%C3%A4%2Fb/members/usr_a',
    'GET http://commands/v1/devices',
  ]);
  expect(requests[0]?.headers['Authorization']).toBe('Bearer t0ken');
});

it('reads what it wrote', async () => {
  const { api, transport, requests, settled } = serving(
    { status: 201, body: { conversationId: 'cnv_a', created: true }, headers: { 'Parley-Position': '999' } },
    { status: 200, body: {} },
    { status: 200, body: {} },
  );
  await settled(api.conversations.startDirect('usr_b'));
  await settled(api.conversations.get('cnv_a'));
  transport.notePosition('1000');
  transport.notePosition('998');
  await settled(api.conversations.get('cnv_a'));
  expect(requests.map(({ headers }) => headers['Parley-Min-Position'])).toEqual([undefined, '999', '1000']);
});

describe('errors', () => {
  it('are what the problem document says', async () => {
    const details = { detail: 'Nobody here', traceId: 't-1', errors: [{ pointer: '/title', message: 'too long' }] };
    const { api, settled } = serving(problem(404, 'user_not_found', false, details));
    const error = await settled(api.people.get('usr_x')).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(ParleyClientError);
    expect(error).toMatchObject({ code: 'user_not_found', message: 'Nobody here', status: 404, retryable: false });
    expect(error).toMatchObject({ traceId: 't-1', errors: [{ pointer: '/title', message: 'too long' }] });
  });

  it('of others than this server are told as such', async () => {
    const { api, settled } = serving({ status: 400, body: '<html>' }, { status: 200, body: '<html>' });
    await expect(settled(api.me.get())).rejects.toMatchObject({ code: 'bad_response', status: 400, retryable: false });
    await expect(settled(api.me.get())).rejects.toMatchObject({ code: 'bad_response' });
  });

  it('say how long to wait', async () => {
    const { api, settled, requests } = serving({
      ...problem(429, 'rate_limited', true),
      headers: { 'Retry-After': '60' },
    });
    await expect(settled(api.me.get())).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 60_000 });
    expect(requests).toHaveLength(1);
  });
});

describe('repeating', () => {
  it('is done for what may be repeated', async () => {
    const { api, settled, requests } = serving(null, problem(503, 'not_yet_projected', true), {
      status: 200,
      body: { a: 1 },
    });
    expect(await settled(api.me.get())).toEqual({ a: 1 });
    expect(requests).toHaveLength(3);
  });

  it('gives up at last', async () => {
    const { api, settled, requests } = serving(null, null, null, { status: 200, body: {} });
    await expect(settled(api.me.get())).rejects.toMatchObject({ code: 'connection_lost', retryable: true });
    expect(requests).toHaveLength(3);
  });

  it('of a write uses the same key, or the same message id', async () => {
    const { api, settled, requests } = serving(null, { status: 201, body: {} }, null, { status: 201, body: {} });
    await settled(api.conversations.startGroup({ title: 'g' }));
    await settled(api.messages.send('cnv_a', { content: { type: 'text.v1', text: 'hello' } }));
    const keys = requests.map(({ headers }) => headers['Idempotency-Key']);
    expect(keys).toEqual(['"key-1"', '"key-1"', undefined, undefined]);
    expect(requests[2]?.body).toBe(requests[3]?.body);
    expect(requests[2]?.body).toContain('"clientMessageId":"key-2"');
  });

  it('is not done for a write that could happen twice', async () => {
    const { api, settled, requests } = serving(null, { status: 200, body: {} });
    await expect(settled(api.invites.create('cnv_a'))).rejects.toMatchObject({ code: 'connection_lost' });
    expect(requests).toHaveLength(1);
  });

  it('follows a silence', async () => {
    const { api, settled } = serving('silence', { status: 200, body: { a: 1 } });
    expect(await settled(api.me.get())).toEqual({ a: 1 });
  });
});

it('refreshes an expired token once', async () => {
  const expired = problem(401, 'token_expired', true);
  const good = serving(expired, { status: 200, body: {} });
  await good.settled(good.api.me.get());
  expect(good.refreshed).toEqual([false, true]);
  const bad = serving(expired, expired, expired, expired);
  await expect(bad.settled(bad.api.me.get())).rejects.toMatchObject({ code: 'token_expired' });
});
