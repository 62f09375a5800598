import type { Change, ClientFrameOf, InboxEntry, MessageView, ServerFrame, ServerFrameOf } from '@parley/protocol';
import type { TokenSource } from '../api/transport.js';
import type { Settings } from '../client-options.js';
import { Emitter } from '../emitter.js';
import type { Environment } from '../environment.js';
import type { ParleyClientError } from '../errors.js';
import type { ClientEvents } from '../events.js';
import { endOf, readOf, type RecordBody, type Recorder } from '../recorder.js';
import { applyAccepted } from '../state/apply-accepted.js';
import { emptyState, type LocalState, type StateEvent } from '../state/local-state.js';
import type { KeyValueStore } from '../storage/key-value-store.js';
import { Anchors } from './anchors.js';
import { Connection } from './connection.js';
import type { ConnectionState } from './connection-state.js';
import { HoleFiller } from './hole-filler.js';
import { Outbox } from './outbox.js';
import { OutboxStore } from './outbox-store.js';
import type { Accepted, OutgoingMessage } from './outgoing.js';
import { Presence } from './presence.js';
import { Requests } from './requests.js';
import { Saver } from './saver.js';
import { emitView, nameOf } from './state-events.js';
import { Sync } from './sync.js';
import { Typing } from './typing.js';
import { Waiters } from './waiters.js';
import { Watermarks } from './watermarks.js';

export interface EngineParts {
  readonly settings: Settings;
  readonly environment: Environment;
  readonly store: KeyValueStore;
  readonly tokens: TokenSource;
  readonly record: Recorder | undefined;
  /** The entry of a conversation that was in no list. */
  entryOf(conversationId: string): Promise<InboxEntry>;
  /** Something was written at this position. */
  onPosition(position: string): void;
}

/** The parts of a live client, and what each tells the others. */
export class Engine {
  readonly events: Emitter<ClientEvents>;
  readonly connection: Connection;
  readonly requests: Requests;
  readonly outbox: Outbox;
  readonly watermarks: Watermarks;
  readonly typing: Typing;
  readonly presence: Presence;
  readonly waiters = new Waiters();
  state: LocalState | null = null;
  readonly #parts: EngineParts;
  readonly #sync: Sync;
  readonly #holes: HoleFiller;
  readonly #anchors: Anchors;
  readonly #saver: Saver;
  readonly #outboxStore: OutboxStore;
  readonly #rows = new Set<string>();
  #opened: Promise<void> | undefined;
  #hasBegun = false;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    const { settings, environment, store } = parts;
    this.events = new Emitter<ClientEvents>((error) => this.#reportError(error));
    const reportError = (error: unknown): void => this.#reportError(error);
    this.connection = new Connection(settings.socketUrl, environment, settings.connection, {
      hello: (refresh) => this.#hello(refresh),
      onWelcome: (welcome) => this.#welcome(welcome),
      onFrame: (frame) => this.#frame(frame),
      onFramesEnd: () => this.#framesEnd(),
      onDown: () => {
        this.requests.down();
        this.typing.clear();
      },
      onState: (state) => this.#connectionState(state),
      isIdle: () => this.requests.isIdle,
    });
    this.requests = new Requests(this.connection, environment, settings);
    this.#outboxStore = new OutboxStore(store, environment, reportError);
    this.outbox = new Outbox(this.requests, environment, this.#outboxStore, settings, {
      isUp: () => this.connection.isUp,
      onPending: (message) => this.events.emit('outbox', { message, status: 'pending' }),
      onSent: ({ conversationId, clientMessageId }) => this.#record({ event: 'sent', conversationId, clientMessageId }),
      onAccepted: (message, accepted) => this.#accepted(message, accepted),
      onFailed: (message, { code }) => this.#failed(message, code),
    });
    this.watermarks = new Watermarks(
      this.requests,
      environment,
      { delivered: settings.deliveredEveryMs === false ? 0 : settings.deliveredEveryMs, read: 50 },
      () => this.connection.isUp,
    );
    this.typing = new Typing(environment, {
      onTyping: (conversationId, userIds) => this.events.emit('typing', { conversationId, userIds }),
      say: (conversationId, active) => {
        if (this.connection.isUp) this.connection.write({ type: 'typing', conversationId, active });
      },
    });
    this.presence = new Presence(this.requests, (people) => this.events.emit('presence', people));
    this.#holes = new HoleFiller(this.requests, environment, {
      state: () => this.state,
      isLive: () => this.connection.state.phase === 'live',
      onFilled: (events) => {
        this.#stateEvents(events);
        this.#framesEnd();
      },
      onHole: (conversationId, from, to) => this.#record({ event: 'hole', conversationId, from, to }),
    });
    this.#anchors = new Anchors({
      state: () => this.state,
      entryOf: (conversationId) => parts.entryOf(conversationId),
      onAnchored: (events) => {
        this.#stateEvents(events);
        for (const event of events) if (event.type === 'conversation') this.#holes.check(event.conversationId);
        this.#framesEnd();
      },
      onError: reportError,
    });
    this.#saver = new Saver(store, environment, settings.saveAfterMs, reportError);
    this.#sync = new Sync({
      // A connection hands over nothing but errors before the welcome, which brings the state.
      state: () => this.state as LocalState,
      askAnew: () => {
        this.connection.markSyncing();
        this.connection.write({ type: 'sync', ref: 0 });
      },
      onEvents: (events) => this.#stateEvents(events),
      onChange: (change) => {
        this.#record(readOf(change));
        this.events.emit('change', change);
      },
      onRepeated: (change) => this.#repeated(change),
      onTouched: (conversationId) => this.#touched(conversationId),
      onReset: (reason, dropped) => this.#reset(reason, dropped),
      onCaughtUp: (cursor) => this.#caughtUp(cursor),
    });
  }

  /** Takes up what an earlier run has kept. Once. */
  open(): Promise<void> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  /** Connects, until `close`. */
  start(): void {
    this.requests.reopen();
    this.waiters.reopen();
    this.connection.start();
  }

  async close(error: ParleyClientError): Promise<void> {
    this.#record(this.connection.state.phase === 'live' ? endOf(this.state) : null);
    this.connection.stop();
    this.requests.close(error);
    this.outbox.close(error);
    this.watermarks.close();
    this.#holes.close();
    this.typing.clear();
    this.waiters.close();
    await this.#outboxStore.flush();
    await this.#saver.flush();
  }

  /** Forgets this person, in memory and in the store; what waits to be sent stays. */
  async forget(): Promise<void> {
    this.state = null;
    this.#sync.cursor = undefined;
    await this.#saver.clear();
  }

  /** The caller changed what a row shows. */
  touchRow(conversationId: string): void {
    this.#rows.add(conversationId);
    this.#framesEnd();
  }

  async #open(): Promise<void> {
    const { settings } = this.#parts;
    const saved = settings.sync ? await this.#saver.load((userId) => emptyState(userId, settings.limits)) : null;
    if (saved !== null) {
      this.state = saved.state;
      this.#sync.cursor = saved.cursor;
    }
    await this.outbox.load();
  }

  async #hello(refresh: boolean): Promise<ClientFrameOf<'hello'>> {
    await this.open();
    const token = await this.#parts.tokens.token(refresh);
    const { sync, echo } = this.#parts.settings;
    const { cursor } = this.#sync;
    return { type: 'hello', token, sync, echo, ...(cursor === undefined || !sync ? {} : { cursor }) };
  }

  #welcome({ userId, deviceId }: ServerFrameOf<'welcome'>): void {
    this.#record(this.#hasBegun ? null : { event: 'began', userId, deviceId, receives: this.#parts.settings.sync });
    this.#hasBegun = true;
    if (this.state !== null && this.state.userId !== userId) {
      // Somebody else logged in: what was kept is not theirs. The hello carried the other's cursor: begin anew.
      this.#reset('another person logged in', [...this.state.conversations.keys()]);
      this.state = null;
      this.#sync.cursor = undefined;
      if (this.#parts.settings.sync) this.connection.write({ type: 'sync', ref: 0 });
    }
    this.state ??= emptyState(userId, this.#parts.settings.limits);
    this.#sync.begin();
    this.requests.up();
    this.outbox.pump();
    this.presence.up();
    this.watermarks.up();
    if (!this.#parts.settings.sync) this.connection.markLive();
  }

  #frame(frame: ServerFrame): void {
    if (this.requests.answer(frame) || this.#sync.receive(frame)) return;
    if (frame.type === 'typing') this.typing.received(frame);
    else if (frame.type === 'presence') this.presence.received(frame);
  }

  /** Rows that several frames touched are told once. */
  #framesEnd(): void {
    if (this.#rows.size === 0) return;
    const rows = [...this.#rows];
    this.#rows.clear();
    if (this.#parts.settings.sync && this.state !== null) this.#saver.changed(this.state, this.#sync.cursor, rows);
    if (!this.events.has('conversation')) return;
    for (const conversationId of rows) this.events.emit('conversation', { conversationId });
  }

  #stateEvents(events: readonly StateEvent[]): void {
    for (const event of events) {
      switch (event.type) {
        case 'message':
          this.#message(event.message);
          break;
        case 'joined':
        case 'departed':
          this.#membership(event);
          break;
        case 'conversation':
          this.#rows.add(event.conversationId);
          break;
        case 'messageChanged':
        case 'notice':
        case 'member':
        case 'receipts':
        case 'person':
          if (event.type === 'messageChanged') this.#record({ event: 'changed', ...nameOf(event.message) });
          emitView(this.events, event);
      }
    }
  }

  #message(message: MessageView): void {
    const { conversationId, sequence, senderId, clientMessageId } = message;
    this.#record({ event: 'received', ...nameOf(message), senderId, clientMessageId });
    this.typing.stopped(conversationId, senderId);
    if (this.#parts.settings.deliveredEveryMs !== false && senderId !== this.state?.userId)
      this.watermarks.raise('delivered', conversationId, sequence);
    this.events.emit('message', message);
    this.waiters.wake(conversationId);
  }

  #membership(event: Extract<StateEvent, { type: 'joined' | 'departed' }>): void {
    const { conversationId } = event;
    this.#record({ event: event.type, conversationId });
    this.#rows.add(conversationId);
    if (event.type === 'joined') {
      this.events.emit('joined', { conversationId });
      return;
    }
    this.watermarks.forget(conversationId);
    this.events.emit('departed', { conversationId, state: event.state });
    this.waiters.end(conversationId);
  }

  #touched(conversationId: string): void {
    this.#rows.add(conversationId);
    this.#holes.check(conversationId);
    if (this.connection.state.phase === 'live') this.#anchors.check(conversationId);
  }

  #accepted(message: OutgoingMessage, accepted: Accepted): void {
    const { conversationId, clientMessageId, messageId, sequence, time, position, repeated } = accepted;
    this.#record({ event: 'accepted', conversationId, clientMessageId, messageId, sequence, repeated });
    this.#parts.onPosition(position);
    this.events.emit('outbox', { message, status: 'accepted' });
    const { content, replyTo, mentions } = message;
    // A forwarded message's content is not known here; it comes as a change.
    if (this.state === null || content === undefined) return;
    const view: MessageView = {
      id: messageId,
      conversationId,
      sequence,
      senderId: this.state.userId,
      clientMessageId,
      time,
      content,
      ...(replyTo === undefined ? {} : { replyTo }),
      ...(mentions === undefined ? {} : { mentions: [...mentions] }),
    };
    this.#stateEvents(applyAccepted(this.state, view, position, repeated));
    this.#holes.check(conversationId);
    // The frames that it came with were through before.
    this.#framesEnd();
  }

  #failed(message: OutgoingMessage, code: string): void {
    const { conversationId, clientMessageId } = message;
    this.#record({ event: 'refused', conversationId, clientMessageId, code });
    this.events.emit('outbox', { message, status: 'failed' });
  }

  #repeated(change: Change): void {
    this.#record({ event: 'repeated', kind: change.kind, position: change.position });
  }

  #reset(reason: string, dropped: readonly string[]): void {
    for (const id of dropped) this.#rows.add(id);
    this.#record({ event: 'reset', reason });
    this.events.emit('reset', { reason });
  }

  #caughtUp(cursor: string): void {
    this.connection.markLive();
    this.#holes.live();
    this.#anchors.live();
    if (this.state !== null) this.#saver.changed(this.state, cursor, []);
    this.events.emit('caughtUp', { cursor });
  }

  #connectionState(state: ConnectionState): void {
    const reason = 'reason' in state ? { reason: state.reason } : {};
    this.#record({ event: 'connection', phase: state.phase, ...reason });
    this.events.emit('state', state);
  }

  #record(entry: RecordBody | null): void {
    if (entry !== null) this.#parts.record?.({ at: this.#parts.environment.now(), ...entry });
  }

  #reportError(error: unknown): void {
    if (this.events.has('error')) this.events.emit('error', error);
    else
      this.#parts.environment.defer(() => {
        throw error;
      });
  }
}
