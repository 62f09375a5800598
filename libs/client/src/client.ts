import type {
  MemberView,
  MessageContentView,
  MessageView,
  NoticeView,
  PersonView,
  PresenceView,
} from '@parley/protocol';
import { Api } from './api/api.js';
import type { BodyOf } from './api/routes.js';
import { Session } from './api/session.js';
import { Transport } from './api/transport.js';
import { type ClientOptions, type Settings, settingsOf } from './client-options.js';
import { byActivity, type ConversationItem, itemOf } from './conversation-item.js';
import { type Environment, systemEnvironment } from './environment.js';
import { ParleyClientError } from './errors.js';
import type { ClientEvents } from './events.js';
import type { ConnectionState } from './live/connection-state.js';
import { Engine } from './live/engine.js';
import { type HistoryPage, type HistoryQuery, MessageReader } from './live/message-reader.js';
import type { Accepted, Outgoing, OutgoingMessage } from './live/outgoing.js';
import type { Question } from './live/requests.js';
import type { ConversationState } from './state/local-state.js';
import { memoryStore } from './storage/key-value-store.js';

export interface SendOptions {
  /** The sequence of the message it answers. */
  readonly replyTo?: number;
  /** User ids of members. */
  readonly mentions?: readonly string[];
  /** Names the message for ever; made up when absent. Sending the same one again sends nothing new. */
  readonly clientMessageId?: string;
}

/** A message by its place. */
export interface MessageRef {
  readonly conversationId: string;
  readonly sequence: number;
}

/**
 * One device of one person. Everything read from it (`conversations`, `window`, …) is local and at once; everything sent
 * waits for the connection by itself. All errors are ParleyClientError.
 */
export class ParleyClient {
  /** REST. */
  readonly api: Api;
  readonly session: Session;
  readonly #settings: Settings;
  readonly #environment: Environment;
  readonly #engine: Engine;
  readonly #reader: MessageReader;

  constructor(options: ClientOptions) {
    this.#settings = settingsOf(options);
    this.#environment = systemEnvironment(options.environment);
    const { url, gatewayUrl, answerTimeoutMs } = this.#settings;
    const store = options.store ?? memoryStore();
    this.session = new Session(store, this.#environment, () => transport);
    const tokens = options.tokens ?? this.session;
    const urls = { commandUrl: url, queryUrl: gatewayUrl, timeoutMs: answerTimeoutMs };
    const transport = new Transport(this.#environment, urls, tokens);
    this.api = new Api(transport, () => this.#environment.uniqueId());
    this.#engine = new Engine({
      settings: this.#settings,
      environment: this.#environment,
      store,
      tokens,
      record: options.record,
      entryOf: (conversationId) => this.api.conversations.get(conversationId),
      onPosition: (position) => transport.notePosition(position),
    });
    this.#reader = new MessageReader(this.#engine);
  }

  /** Returns a function that removes the listener. */
  on<K extends keyof ClientEvents>(type: K, listener: (event: ClientEvents[K]) => void): () => void {
    return this.#engine.events.on(type, listener);
  }

  get connection(): ConnectionState {
    return this.#engine.connection.state;
  }

  /** Who this device belongs to, once it is known. */
  get userId(): string | undefined {
    return this.#engine.state?.userId;
  }

  /** Registers a new person and logs them in. */
  async register(person: BodyOf<'registerUser'>): Promise<void> {
    await this.session.register(person);
    await this.#forgetOthers();
  }

  async logIn(credentials: BodyOf<'logIn'>): Promise<void> {
    await this.session.logIn(credentials);
    await this.#forgetOthers();
  }

  /** Ends the session of this device and forgets all it knows. What was not sent yet stays in the outbox. */
  async logOut(): Promise<void> {
    this.#engine.connection.stop();
    await this.session.logOut();
    await this.#engine.forget();
  }

  /** Loads what an earlier run has kept, so that it can be shown before there is a connection. `connect` does it too. */
  open(): Promise<void> {
    return this.#engine.open();
  }

  /**
   * Connects, and from then on reconnects by itself. Resolves when everything that happened before is known; rejects
   * when there is no use in trying (not logged in, logged out elsewhere, closed).
   */
  async connect(): Promise<void> {
    const { connection, events } = this.#engine;
    const settled = new Promise<void>((resolve, reject) => {
      const off = events.on('state', (state) => {
        if (state.phase === 'live') resolve();
        else if (state.phase === 'stopped') reject(state.error);
        else if (state.phase === 'idle') reject(closed());
        else return;
        off();
      });
    });
    this.#engine.start();
    if (connection.state.phase === 'live') return;
    await settled;
  }

  /** Ends a wait for the next attempt: the network is back. */
  reconnectNow(): void {
    this.#engine.connection.retryNow();
  }

  /** Disconnects and saves. What waits rejects with `closed`; the outbox is taken up by the next run. */
  close(): Promise<void> {
    return this.#engine.close(closed());
  }

  /**
   * Sends a text (or other content). Resolves when it is accepted: durable, with its place. Until then it is in
   * `outgoing`; it is sent once however often the connection is lost. Rejects when the server refuses it for good.
   */
  send(conversationId: string, content: string | MessageContentView, options: SendOptions = {}): Promise<Accepted> {
    return this.#put({
      ...options,
      conversationId,
      clientMessageId: options.clientMessageId ?? this.#environment.uniqueId(),
      content: typeof content === 'string' ? { type: 'text.v1', text: content } : content,
    });
  }

  /** Sends the content of a message one can see into another conversation. */
  forward(from: MessageRef, conversationId: string, clientMessageId?: string): Promise<Accepted> {
    const { conversationId: source, sequence } = from;
    return this.#put({
      conversationId,
      clientMessageId: clientMessageId ?? this.#environment.uniqueId(),
      from: { conversationId: source, sequence },
    });
  }

  /** What waits to be accepted, and what was refused, in the order of writing. */
  outgoing(conversationId?: string): readonly OutgoingMessage[] {
    return this.#engine.outbox.list(conversationId);
  }

  /** Tries a refused message again, under the same id. Undefined: there is none. */
  retry(message: Outgoing): Promise<Accepted> | undefined {
    return this.#engine.outbox.retry(message.conversationId, message.clientMessageId);
  }

  /** Forgets a refused message. False: there is none. */
  dismiss(message: Outgoing): boolean {
    return this.#engine.outbox.dismiss(message.conversationId, message.clientMessageId);
  }

  edit({ conversationId, sequence }: MessageRef, text: string, mentions?: readonly string[]): Promise<void> {
    const content = { type: 'text.v1', text } as const;
    const mentioned = mentions === undefined ? {} : { mentions: [...mentions] };
    return this.#command({ type: 'edit', conversationId, sequence, content, ...mentioned });
  }

  /** For all. */
  delete({ conversationId, sequence }: MessageRef): Promise<void> {
    return this.#command({ type: 'delete', conversationId, sequence });
  }

  react({ conversationId, sequence }: MessageRef, emoji: string, active = true): Promise<void> {
    return this.#command({ type: active ? 'react' : 'unreact', conversationId, sequence, emoji });
  }

  pin({ conversationId, sequence }: MessageRef, active = true): Promise<void> {
    return this.#command({ type: active ? 'pin' : 'unpin', conversationId, sequence });
  }

  /** Everything up to `upTo` (default: all) was read. Shown at once, told to the server as soon as possible. */
  markRead(conversationId: string, upTo?: number): void {
    const conversation = this.#conversation(conversationId);
    const last = Math.min(upTo ?? Number.MAX_SAFE_INTEGER, conversation?.timeline.announced ?? 0);
    if (conversation === undefined || last === 0) return;
    conversation.readHere = Math.max(conversation.readHere, last);
    this.#engine.watermarks.raise('read', conversationId, last);
    this.#engine.touchRow(conversationId);
  }

  markUnread(conversationId: string, marked = true): Promise<void> {
    return this.#command({ type: 'mark_unread', conversationId, marked });
  }

  /** Call it at every key stroke, and with false when the text was cleared: it says so seldom. */
  setTyping(conversationId: string, active = true): void {
    this.#engine.typing.say(conversationId, active);
  }

  typingIn(conversationId: string): readonly string[] {
    return this.#engine.typing.in(conversationId);
  }

  /** Replaces the list of people whose presence one wants to know; at most 500. */
  subscribePresence(userIds: readonly string[]): Promise<readonly PresenceView[]> {
    return this.#engine.presence.subscribe(userIds);
  }

  presenceOf(userId: string): PresenceView | undefined {
    return this.#engine.presence.of(userId);
  }

  /** What this device's person is doing. Forgotten when the connection is lost. */
  setPresence(state: 'online' | 'away'): void {
    if (this.#engine.connection.isUp) this.#engine.connection.write({ type: 'presence', state });
  }

  /** The conversation list, newest activity first. */
  conversations(): readonly ConversationItem[] {
    const known = [...(this.#engine.state?.conversations.values() ?? [])].filter(({ view }) => view !== null);
    return known.map(itemOf).sort(byActivity);
  }

  conversation(conversationId: string): ConversationItem | undefined {
    const conversation = this.#conversation(conversationId);
    return conversation === undefined ? undefined : itemOf(conversation);
  }

  /** The newest messages that are held, in order. */
  window(conversationId: string): readonly MessageView[] {
    return [...(this.#conversation(conversationId)?.timeline.messages() ?? [])];
  }

  /** System messages that are held, in order. */
  notices(conversationId: string): readonly NoticeView[] {
    return this.#conversation(conversationId)?.notices ?? [];
  }

  /** Members that changes told of; `api.members.list` knows all of them. */
  members(conversationId: string): readonly MemberView[] {
    const members = [...(this.#conversation(conversationId)?.members.values() ?? [])].map(({ value }) => value);
    return members.filter(({ state }) => state === 'member');
  }

  person(userId: string): PersonView | undefined {
    return this.#engine.state?.people.get(userId)?.value;
  }

  /** Messages from now on (or after a sequence), in order, without end; of an unknown conversation from its beginning. */
  messages(conversationId: string, { after }: { after?: number } = {}): AsyncIterableIterator<MessageView> {
    return this.#reader.stream(conversationId, after ?? this.#conversation(conversationId)?.timeline.announced ?? 0);
  }

  /** A page of history; what is held does not change. */
  history(conversationId: string, query: HistoryQuery = {}): Promise<HistoryPage> {
    return this.#reader.history(conversationId, query);
  }

  /** Makes the window grow by an older page. Resolves with whether there is more. Give it back by `trim`. */
  loadOlder(conversationId: string, limit = 50): Promise<boolean> {
    return this.#reader.loadOlder(conversationId, limit);
  }

  /** Back to the ordinary size of the window. */
  trim(conversationId: string): void {
    this.#conversation(conversationId)?.timeline.trim(this.#settings.limits.messages);
  }

  #conversation(id: string): ConversationState | undefined {
    return this.#engine.state?.conversations.get(id);
  }

  #put(outgoing: Outgoing): Promise<Accepted> {
    const accepted = this.#engine.outbox.send(outgoing);
    // Whoever does not wait for it learns of a refusal from the `outbox` event.
    accepted.catch(() => {});
    return accepted;
  }

  async #command(question: Question): Promise<void> {
    await this.#engine.requests.command(question);
  }

  /** What is kept of another person is not for this one. */
  async #forgetOthers(): Promise<void> {
    await this.#engine.open();
    const current = await this.session.current();
    if (this.#engine.state !== null && this.#engine.state.userId !== current?.userId) await this.#engine.forget();
  }
}

const closed = (): ParleyClientError => new ParleyClientError('closed', 'The client was closed');
