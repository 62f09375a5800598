import type { ClientFrame, ClientFrameOf, ServerFrame, ServerFrameOf } from '@parley/protocol';
import { mayReconnect, stopReason, subprotocol, tokenExpiredClose } from '../constants.js';
import type { Environment, SocketLike, Timer } from '../environment.js';
import { ParleyClientError } from '../errors.js';
import { backoffMs } from './backoff.js';
import type { ConnectionOptions, ConnectionState } from './connection-state.js';
import { FrameWriter } from './frame-writer.js';
import { startHeartbeat } from './heartbeat.js';
import { framesOf, refusalOf } from './server-frames.js';

export interface ConnectionHooks {
  /**
   * The first frame. `refresh`: the token that was used last has expired. A rejection that is retryable counts as a
   * failed attempt, any other stops the connection.
   */
  hello(refresh: boolean): Promise<ClientFrameOf<'hello'>>;
  onWelcome(welcome: ServerFrameOf<'welcome'>): void;
  /** Every frame but welcome, pong and going_away. */
  onFrame(frame: ServerFrame): void;
  /** All frames of one WebSocket message were handed over. */
  onFramesEnd(): void;
  /** The socket is gone; whether frames that were not answered arrived is not known. */
  onDown(): void;
  onState(state: ConnectionState): void;
  /** Nothing waits for an answer, so that leaving costs nothing. */
  isIdle(): boolean;
}

/** One socket of an attempt to be connected. Whatever an older one still says is not listened to. */
interface Attempt {
  readonly socket: SocketLike;
  readonly writer: FrameWriter;
  readonly openedAt: number;
  welcomed: boolean;
  lastReceivedAt: number;
  /** The server goes away: nothing new is begun on this socket. */
  draining: boolean;
  /** Why it is about to be closed by the server, if it said so. */
  refusal: ParleyClientError | undefined;
  timers: (() => void)[];
}

/** Keeps one socket alive: hello, heartbeats, reconnects. What the frames mean is for others to know. */
export class Connection {
  readonly #url: string;
  readonly #environment: Environment;
  readonly #options: ConnectionOptions;
  readonly #hooks: ConnectionHooks;
  #state: ConnectionState = { phase: 'idle' };
  #attempt: Attempt | undefined;
  #failures = 0;
  /** Rises with every start and stop, so that what was begun before is recognised as outdated. */
  #generation = 0;
  #retry: Timer | undefined;
  /** The server named the earliest time to come back. */
  #notBefore = 0;
  #refresh = false;

  constructor(url: string, environment: Environment, options: ConnectionOptions, hooks: ConnectionHooks) {
    this.#url = url;
    this.#environment = environment;
    this.#options = options;
    this.#hooks = hooks;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Welcomed, and not about to leave: frames may be written. */
  get isUp(): boolean {
    return this.#attempt?.welcomed === true && !this.#attempt.draining;
  }

  /** Does nothing while it is started already. */
  start(): void {
    if (this.#state.phase !== 'idle' && this.#state.phase !== 'stopped') return;
    this.#failures = 0;
    this.#notBefore = 0;
    this.#open();
  }

  /** Ends a wait at once: the network is back, or somebody pressed a button. */
  retryNow(): void {
    if (this.#state.phase === 'waiting') this.#open();
  }

  stop(): void {
    this.#setDown({ phase: 'idle' });
  }

  /** Stops for good, as when one has logged out. */
  fail(error: ParleyClientError): void {
    this.#setDown({ phase: 'stopped', error });
  }

  /** Only while `isUp`. */
  write(frame: ClientFrame): void {
    this.#attempt?.writer.write(frame);
  }

  markLive(): void {
    if (this.#state.phase === 'syncing') this.#setState({ phase: 'live' });
  }

  markSyncing(): void {
    if (this.#state.phase === 'live') this.#setState({ phase: 'syncing' });
  }

  /** Say it when the last answer came: a server that goes away is then left at once. */
  noteIdle(): void {
    if (this.#attempt?.draining === true && this.#hooks.isIdle()) this.#lose('the server is going away');
  }

  #open(): void {
    this.#retry?.cancel();
    const generation = ++this.#generation;
    const refresh = this.#refresh;
    this.#setState({ phase: 'connecting', attempt: this.#failures });
    void this.#greet(generation, refresh);
  }

  async #greet(generation: number, refresh: boolean): Promise<void> {
    try {
      const hello = await this.#hooks.hello(refresh);
      if (generation !== this.#generation) return;
      this.#refresh = false;
      this.#dial(hello);
    } catch (error) {
      if (generation === this.#generation) this.#refused(error);
    }
  }

  #refused(error: unknown): void {
    const known =
      error instanceof ParleyClientError
        ? error
        : new ParleyClientError('bad_response', 'The first frame could not be made', { cause: error });
    if (!known.retryable) this.fail(known);
    else this.#wait(known.message, known.retryAfterMs);
  }

  #dial(hello: ClientFrameOf<'hello'>): void {
    const now = this.#environment.elapsed();
    let socket: SocketLike;
    try {
      socket = new this.#environment.WebSocket(this.#url, [subprotocol]);
    } catch (cause) {
      this.fail(new ParleyClientError('connection_lost', `Cannot open ${this.#url}`, { cause }));
      return;
    }
    const writer = new FrameWriter(socket, this.#environment);
    const attempt: Attempt = {
      socket,
      writer,
      openedAt: now,
      welcomed: false,
      lastReceivedAt: now,
      draining: false,
      refusal: undefined,
      timers: [() => writer.close()],
    };
    this.#attempt = attempt;
    const timeout = this.#environment.setTimer(
      () => this.#lose('no welcome in time', true),
      this.#options.connectTimeoutMs,
    );
    attempt.timers.push(() => timeout.cancel());
    // An attempt that was given up is not listened to any more.
    const current = (): boolean => this.#attempt === attempt;
    socket.addEventListener('open', () => {
      if (current()) writer.write(hello);
    });
    socket.addEventListener('message', ({ data }) => {
      if (current()) this.#received(attempt, data);
    });
    socket.addEventListener('close', ({ code, reason }) => {
      if (current()) this.#closedBy(attempt, code, reason);
    });
    // A close always follows; the listener keeps sockets that are event emitters from throwing.
    socket.addEventListener('error', () => {});
  }

  #received(attempt: Attempt, data: unknown): void {
    attempt.lastReceivedAt = this.#environment.elapsed();
    const frames = framesOf(data);
    if (frames === null) {
      this.#lose('the server sent something that is not a frame');
      return;
    }
    for (const frame of frames) if (this.#attempt === attempt) this.#handle(attempt, frame);
    this.#hooks.onFramesEnd();
  }

  #handle(attempt: Attempt, frame: ServerFrame): void {
    if (frame.type === 'welcome') this.#welcomed(attempt, frame);
    else if (frame.type === 'going_away') this.#goingAway(attempt, frame.reconnectAfterMs);
    else if (frame.type !== 'pong' && (attempt.welcomed || frame.type === 'error')) {
      attempt.refusal = frame.type === 'error' && frame.ref === undefined ? refusalOf(frame) : undefined;
      this.#hooks.onFrame(frame);
    }
  }

  #welcomed(attempt: Attempt, welcome: ServerFrameOf<'welcome'>): void {
    for (const cancel of attempt.timers.splice(1)) cancel();
    attempt.welcomed = true;
    attempt.timers.push(
      startHeartbeat(welcome.heartbeatMs, this.#environment, {
        lastSentAt: () => attempt.writer.lastSentAt,
        lastReceivedAt: () => attempt.lastReceivedAt,
        ping: () => attempt.writer.write({ type: 'ping' }),
        dead: () => this.#lose('nothing was heard for two heartbeats', true),
      }),
    );
    this.#setState({ phase: 'syncing' });
    this.#hooks.onWelcome(welcome);
  }

  #goingAway(attempt: Attempt, reconnectAfterMs: number): void {
    this.#notBefore = this.#environment.elapsed() + reconnectAfterMs;
    attempt.draining = true;
    const timer = this.#environment.setTimer(() => this.#lose('the server is going away'), this.#options.drainMs);
    attempt.timers.push(() => timer.cancel());
    this.noteIdle();
  }

  #closedBy(attempt: Attempt, code: number, reason: string): void {
    if (mayReconnect(code)) {
      if (code === tokenExpiredClose || attempt.refusal?.code === 'token_expired') this.#refresh = true;
      this.#lose(`closed with ${code}${reason === '' ? '' : ` ${reason}`}`);
      return;
    }
    this.fail(attempt.refusal ?? new ParleyClientError(stopReason(code), `The server closed with ${code} ${reason}`));
  }

  /** Gives the socket up and comes back later. `dead`: nobody is there to say goodbye to. */
  #lose(reason: string, dead = false): void {
    const attempt = this.#attempt;
    if (attempt === undefined) return;
    const up = this.#environment.elapsed() - attempt.openedAt;
    if ((attempt.welcomed && up >= this.#options.stableAfterMs) || attempt.draining) this.#failures = 0;
    if (dead) attempt.socket.terminate?.();
    this.#wait(reason, attempt.refusal?.retryAfterMs);
  }

  #wait(reason: string, retryAfterMs: number | undefined): void {
    const { backoffBaseMs: baseMs, backoffCapMs: capMs } = this.#options;
    const jitter = backoffMs(this.#failures, this.#environment.random(), { baseMs, capMs });
    const hint = Math.max(this.#notBefore - this.#environment.elapsed(), 0);
    // A server that goes away has spread its clients out itself; any other wait gets our own jitter on top.
    const delay = hint > 0 ? hint : (retryAfterMs ?? 0) + jitter;
    this.#notBefore = 0;
    this.#failures++;
    this.#setDown({ phase: 'waiting', retryAt: this.#environment.now() + delay, reason });
    this.#retry = this.#environment.setTimer(() => this.#open(), delay);
  }

  #setDown(state: ConnectionState): void {
    this.#generation++;
    this.#retry?.cancel();
    const attempt = this.#attempt;
    this.#attempt = undefined;
    if (attempt !== undefined) {
      for (const cancel of attempt.timers) cancel();
      hangUp(attempt.socket);
      if (attempt.welcomed) this.#hooks.onDown();
    }
    this.#setState(state);
  }

  #setState(state: ConnectionState): void {
    this.#state = state;
    this.#hooks.onState(state);
  }
}

function hangUp(socket: SocketLike): void {
  try {
    socket.close(1000);
  } catch {
    // It was not open yet, and is now never used.
  }
}
