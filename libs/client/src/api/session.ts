import type { SessionView } from '@parley/protocol';
import type { Environment } from '../environment.js';
import { ParleyClientError } from '../errors.js';
import type { KeyValueStore } from '../storage/key-value-store.js';
import { type BodyOf, call } from './routes.js';
import type { TokenSource, Transport } from './transport.js';

/** What logging in gives one device. */
export interface Tokens {
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
  /** Milliseconds since 1970. */
  readonly accessExpiresAt: number;
  /** Good for one exchange; each exchange gives the next. */
  readonly refreshToken: string;
}

const key = 'tokens';
/** A token that ends sooner is exchanged before it is used. */
const marginMs = 30_000;

/**
 * The log-in of one device. Refresh tokens are good once: exchanges happen one at a time, in all tabs that share the
 * store, and the new token is kept before it is used. A second exchange of the same token would log the device out.
 */
export class Session implements TokenSource {
  readonly #store: KeyValueStore;
  readonly #environment: Environment;
  readonly #transport: () => Transport;
  #tokens: Tokens | null = null;
  #loaded: Promise<void> | undefined;
  #refreshing: Promise<Tokens> | undefined;

  constructor(store: KeyValueStore, environment: Environment, transport: () => Transport) {
    this.#store = store;
    this.#environment = environment;
    this.#transport = transport;
  }

  /** Who is logged in here, from an earlier run too. */
  async current(): Promise<{ readonly userId: string; readonly deviceId: string } | null> {
    await this.#load();
    return this.#tokens;
  }

  /** A new person; logs them in on this device. */
  async register(person: BodyOf<'registerUser'>): Promise<Tokens> {
    await this.#load();
    return this.#keep(await call(this.#transport(), 'registerUser', { body: person, anonymous: true }));
  }

  async logIn(credentials: BodyOf<'logIn'>): Promise<Tokens> {
    await this.#load();
    return this.#keep(await call(this.#transport(), 'logIn', { body: credentials, anonymous: true }));
  }

  /** Ends this device's session. Its tokens are forgotten even when the server cannot be told. */
  async logOut(): Promise<void> {
    await this.#load();
    if (this.#tokens === null) return;
    try {
      await call(this.#transport(), 'logOut');
    } finally {
      await this.forget();
    }
  }

  async token(refresh: boolean): Promise<string> {
    await this.#load();
    const tokens = this.#tokens;
    if (tokens === null) throw new ParleyClientError('not_logged_in', 'Log in first');
    if (!refresh && tokens.accessExpiresAt - this.#environment.now() > marginMs) return tokens.accessToken;
    this.#refreshing ??= this.#refresh(tokens).finally(() => {
      this.#refreshing = undefined;
    });
    return (await this.#refreshing).accessToken;
  }

  async forget(): Promise<void> {
    this.#tokens = null;
    await this.#store.delete(key);
  }

  #load(): Promise<void> {
    this.#loaded ??= (async () => {
      this.#tokens = await this.#read();
    })();
    return this.#loaded;
  }

  async #read(): Promise<Tokens | null> {
    const json = await this.#store.get(key);
    return json === undefined ? null : (JSON.parse(json) as Tokens);
  }

  async #keep(answer: SessionView): Promise<Tokens> {
    const { userId, deviceId, accessToken, refreshToken, expiresAt } = answer;
    const tokens: Tokens = { userId, deviceId, accessToken, accessExpiresAt: Date.parse(expiresAt), refreshToken };
    await this.#store.set(key, JSON.stringify(tokens));
    this.#tokens = tokens;
    return tokens;
  }

  async #refresh(used: Tokens): Promise<Tokens> {
    return this.#environment.exclusive(`parley/refresh/${used.deviceId}`, async () => {
      const kept = await this.#read();
      if (kept !== null && kept.refreshToken !== used.refreshToken) {
        // Another tab was quicker; its token is ours as well.
        this.#tokens = kept;
        return kept;
      }
      try {
        const body = { refreshToken: used.refreshToken };
        return await this.#keep(await call(this.#transport(), 'refreshSession', { body, anonymous: true }));
      } catch (error) {
        // Refused for good: nothing can be done with these tokens any more.
        if (error instanceof ParleyClientError && error.status === 401) await this.forget();
        throw error;
      }
    });
  }
}
