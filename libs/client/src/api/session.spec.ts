import { expect, it } from 'vitest';
import type { Environment, FetchRequest } from '../environment.js';
import { type KeyValueStore, memoryStore } from '../storage/key-value-store.js';
import { Simulation } from '../testing/simulation.js';
import { Session } from './session.js';
import { Transport } from './transport.js';

const hour = 3_600_000;

/** Issues tokens as the server does: a refresh token is good once, and its second use ends the session. */
class TokenServer {
  readonly requests: string[] = [];
  away = false;
  #issued = 0;
  #current = '';
  #revoked = false;
  readonly #simulation: Simulation;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  readonly fetch: Environment['fetch'] = async (url, request) => {
    await new Promise<void>((resolve) => void this.#simulation.after(50, resolve));
    const path = new URL(url).pathname;
    this.requests.push(`${request.method} ${path}`);
    if (this.away) throw new TypeError('fetch failed');
    const [status, body] = this.#answer(path, request);
    return { status, headers: new Headers(), text: () => Promise.resolve(body === '' ? '' : JSON.stringify(body)) };
  };

  #answer(path: string, { body = '{}' }: FetchRequest): [number, unknown] {
    const { refreshToken } = JSON.parse(body) as { refreshToken?: string };
    if (path === '/v1/sessions/refresh' && (this.#revoked || refreshToken !== this.#current)) {
      this.#revoked = true;
      return [401, { code: 'refresh_token_reused', retryable: false, title: 'Used twice' }];
    }
    if (path === '/v1/sessions/current') return [204, ''];
    this.#issued++;
    this.#current = `refresh-${this.#issued}`;
    const expiresAt = new Date(this.#simulation.now + hour).toISOString();
    const accessToken = `access-${this.#issued}`;
    return [
      201,
      { userId: 'usr_a', username: 'a', deviceId: 'dev_a', accessToken, expiresAt, refreshToken: this.#current },
    ];
  }
}

function scene() {
  const simulation = new Simulation(1);
  const server = new TokenServer(simulation);
  let locked: Promise<unknown> = Promise.resolve();
  const environment: Environment = {
    ...simulation.environment(class {} as never, server.fetch),
    // One lock for all tabs, as navigator.locks is.
    exclusive: <T>(_name: string, work: () => Promise<T>): Promise<T> => {
      const result = locked.then(work);
      locked = result.catch(() => {});
      return result;
    },
  };
  const tab = (store: KeyValueStore): Session => {
    const session: Session = new Session(store, environment, () => transport);
    const transport = new Transport(
      environment,
      { commandUrl: 'http://x', queryUrl: 'http://x', timeoutMs: 1000 },
      session,
    );
    return session;
  };
  const settled = async <T>(promise: Promise<T>): Promise<T> => {
    let over = false;
    const end = (): void => void (over = true);
    promise.then(end, end);
    await simulation.until(() => over);
    return promise;
  };
  return { simulation, server, tab, settled };
}

const credentials = { username: 'a', password: 'correct horse' };

it('keeps what logging in gives, over restarts', async () => {
  const { tab, settled } = scene();
  const store = memoryStore();
  const session = tab(store);
  expect(await session.current()).toBeNull();
  await expect(session.token(false)).rejects.toMatchObject({ code: 'not_logged_in' });
  await settled(session.logIn(credentials));
  expect(await tab(store).current()).toMatchObject({ userId: 'usr_a', deviceId: 'dev_a' });
  expect(await tab(store).token(false)).toBe('access-1');
});

it('exchanges tokens before they run out, once for all who ask', async () => {
  const { simulation, server, tab, settled } = scene();
  const session = tab(memoryStore());
  await settled(session.register(credentials));
  await simulation.pass(hour - 60_000);
  expect(await settled(session.token(false))).toBe('access-1');
  await simulation.pass(40_000);
  const tokens = await settled(Promise.all([session.token(false), session.token(false), session.token(true)]));
  expect(tokens).toEqual(['access-2', 'access-2', 'access-2']);
  expect(server.requests).toEqual(['POST /v1/users', 'POST /v1/sessions/refresh']);
});

it('exchanges a token once for all tabs', async () => {
  const { server, tab, settled } = scene();
  const store = memoryStore();
  const [one, two] = [tab(store), tab(store)];
  await settled(one.logIn(credentials));
  await two.current();
  expect(await settled(Promise.all([one.token(true), two.token(true)]))).toEqual(['access-2', 'access-2']);
  expect(await settled(two.token(true))).toBe('access-3');
  expect(await settled(one.token(true))).toBe('access-3');
  expect(server.requests.filter((each) => each.endsWith('refresh'))).toHaveLength(2);
});

it('forgets tokens that were refused for good', async () => {
  const { tab, settled } = scene();
  const store = memoryStore();
  const session = tab(store);
  await settled(session.logIn(credentials));
  const stolen = tab(memoryStoreWith(await store.get('tokens')));
  await settled(stolen.token(true));
  await expect(settled(session.token(true))).rejects.toMatchObject({ code: 'refresh_token_reused' });
  expect(await session.current()).toBeNull();
  expect(await store.get('tokens')).toBeUndefined();
});

it('logs out here even when the server cannot be told', async () => {
  const { server, tab, settled } = scene();
  const store = memoryStore();
  const session = tab(store);
  await settled(session.logIn(credentials));
  server.away = true;
  await expect(settled(session.logOut())).rejects.toMatchObject({ code: 'connection_lost' });
  expect(server.requests.at(-1)).toBe('DELETE /v1/sessions/current');
  expect(await tab(store).current()).toBeNull();
  const before = server.requests.length;
  await settled(session.logOut());
  expect(server.requests).toHaveLength(before);
});

function memoryStoreWith(tokens: string | undefined): KeyValueStore {
  const store = memoryStore();
  void store.set('tokens', tokens ?? '');
  return store;
}
