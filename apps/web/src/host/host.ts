import { indexedDbStore, ParleyClient, type ParleyClientError } from '@parley/client';
import { type HostEvent, type LinkState, plainError, type Snapshot, type ToHost, type ToPage } from './channel.js';
import { type Methods, methodsOf } from './methods.js';
import { People } from './people.js';

/** What is used of a MessagePort. */
interface Port {
  postMessage(message: ToPage): void;
  addEventListener(type: 'message', listener: (event: { readonly data: ToHost }) => void): void;
  start(): void;
}

/** People whose presence is asked for: those one talks with alone, the newest first. */
const presenceOf = 500;

/**
 * The one client of this browser. All tabs are pages of it: they show the same, one socket serves them, one outbox sends.
 * It lives in a shared worker; where there are none, in the page itself.
 */
export class Host {
  readonly #client: ParleyClient;
  readonly #people: People;
  readonly #methods: Methods;
  readonly #pages = new Map<Port, { isVisible: boolean }>();
  readonly #ready: Promise<void>;
  #userId: string | null = null;
  #watched = '';

  constructor(url: string) {
    const store = indexedDbStore('parley');
    this.#client = new ParleyClient({ url, store });
    this.#people = new People(this.#client, store, (people) => this.#tell({ type: 'people', people }));
    this.#methods = methodsOf(this.#client, this.#people);
    this.#listen();
    this.#ready = this.#open();
  }

  attach(port: Port): void {
    port.addEventListener('message', ({ data }) => void this.#heard(port, data));
    port.start();
  }

  async #open(): Promise<void> {
    await Promise.all([this.#client.open(), this.#people.load()]);
    this.#userId = (await this.#client.session.current())?.userId ?? null;
    if (this.#userId !== null) this.#connect();
  }

  #connect(): void {
    // Whether and why it does not come up, the connection's state tells.
    this.#client.connect().catch(() => {});
  }

  #listen(): void {
    const { on } = { on: this.#client.on.bind(this.#client) };
    on('state', (state) => {
      this.#tell({ type: 'connection', connection: this.#connection() });
      if (state.phase === 'live') void this.#people.ask();
      if (state.phase === 'stopped') void this.#stopped(state.error);
    });
    on('caughtUp', () => this.#watchPresence());
    on('reset', () => {
      this.#tell({ type: 'snapshot', snapshot: this.#snapshot() });
      this.#tell({ type: 'reset' });
    });
    on('conversation', ({ conversationId }) => {
      const item = this.#client.conversation(conversationId);
      const items = item === undefined || (item.conversation ?? null) === null ? [] : [item];
      this.#tell({ type: 'rows', items, gone: items.length > 0 ? [] : [conversationId] });
    });
    on('joined', () => this.#watchPresence());
    on('message', (message) => this.#tell({ type: 'message', message, isNew: true }));
    on('change', (change) => {
      if (change.kind === 'message') this.#tell({ type: 'message', message: change.message, isNew: false });
    });
    on('notice', (notice) => this.#tell({ type: 'notice', notice }));
    on('typing', (typing) => this.#tell({ type: 'typing', ...typing }));
    on('presence', (people) => this.#tell({ type: 'presence', people }));
    on('person', (person) => this.#people.note([person]));
    on('outbox', () => this.#tell({ type: 'outgoing', outgoing: this.#client.outgoing() }));
  }

  async #heard(port: Port, said: ToHost): Promise<void> {
    if (said.type === 'detach') this.#pages.delete(port);
    else if (said.type === 'call') {
      await this.#call(port, said);
      return;
    } else {
      if (said.type === 'attach') {
        await this.#ready;
        port.postMessage({ type: 'snapshot', snapshot: this.#snapshot() });
      }
      this.#pages.set(port, { isVisible: said.isVisible });
    }
    const isHere = [...this.#pages.values()].some(({ isVisible }) => isVisible);
    this.#client.setPresence(isHere ? 'online' : 'away');
  }

  async #call(port: Port, { ref, method, parameters }: Extract<ToHost, { type: 'call' }>): Promise<void> {
    try {
      const run = this.#methods[method] as (...values: readonly unknown[]) => Promise<unknown>;
      const value = await run(...parameters);
      if (method === 'logIn' || method === 'register' || method === 'logOut') await this.#sessionChanged();
      if (method === 'dismiss' || method === 'retry')
        this.#tell({ type: 'outgoing', outgoing: this.#client.outgoing() });
      port.postMessage({ type: 'answer', ref, value });
    } catch (error) {
      if (method === 'logOut') await this.#sessionChanged();
      port.postMessage({ type: 'refusal', ref, error: plainError(error) });
    }
  }

  async #sessionChanged(): Promise<void> {
    const userId = (await this.#client.session.current())?.userId ?? null;
    if (userId !== this.#userId) await this.#people.forget();
    this.#userId = userId;
    this.#watched = '';
    if (userId !== null) {
      this.#people.learn([userId]);
      this.#connect();
    }
    this.#tell({ type: 'snapshot', snapshot: this.#snapshot() });
  }

  /** Logged out elsewhere: what is kept here is this person's no more. */
  async #stopped({ code }: ParleyClientError): Promise<void> {
    if (code === 'session_replaced' || code === 'rate_limited' || code === 'too_many_connections') return;
    if (code === 'session_revoked' || code === 'unauthenticated' || code === 'refresh_token_reused') {
      await this.#client.session.forget();
      await this.#client.logOut();
    }
    if ((await this.#client.session.current()) === null) await this.#sessionChanged();
  }

  #watchPresence(): void {
    const peers = this.#client
      .conversations()
      .flatMap(({ conversation }) => conversation?.peerIds ?? [])
      .filter((id) => id !== this.#userId)
      .slice(0, presenceOf);
    const watched = [...new Set(peers)].sort().join(' ');
    if (watched === this.#watched || watched === '') return;
    this.#watched = watched;
    this.#client.subscribePresence(watched.split(' ')).catch(() => (this.#watched = ''));
  }

  #connection(): LinkState {
    const state = this.#client.connection;
    return state.phase === 'stopped' ? { phase: 'stopped', error: plainError(state.error) } : state;
  }

  #snapshot(): Snapshot {
    const conversations = this.#userId === null ? [] : this.#client.conversations();
    const peers = this.#watched === '' ? [] : this.#watched.split(' ');
    return {
      userId: this.#userId,
      connection: this.#connection(),
      conversations,
      outgoing: this.#client.outgoing(),
      people: this.#people.all,
      presence: peers.flatMap((id) => this.#client.presenceOf(id) ?? []),
    };
  }

  #tell(event: HostEvent): void {
    for (const port of this.#pages.keys()) port.postMessage(event);
  }
}
