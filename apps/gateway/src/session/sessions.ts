import type { Duplex } from 'node:stream';
import {
  asParleyError,
  type Clock,
  type CursorCodec,
  type Logger,
  newId,
  ParleyError,
  type Principal,
  type TokenVerifier,
} from '@parley/platform';
import type { ClientFrameOf, CloseReason } from '@parley/protocol';
import { ConnectionCounts } from '../limits/connection-counts.js';
import { TokenBucket } from '../limits/token-bucket.js';
import type { GatewayMetrics } from '../metrics.js';
import type { PresenceService } from '../presence/presence-service.js';
import type { Hub } from '../push/hub.js';
import { FlushQueue } from '../socket/outbox.js';
import { type Replay, Subscription } from '../sync/subscription.js';
import type { DeviceClaims } from './device-claims.js';
import { closeReasonOf, errorFrame } from './error-frame.js';
import type { FrameHandler } from './frame-handler.js';
import { FrameRefused, readFrame } from './read-frame.js';
import { readMessage } from './read-message.js';
import { Session, type SessionSocket } from './session.js';
import { UserSessions } from './user-sessions.js';

interface SessionLimits {
  readonly heartbeatMs: number;
  readonly helloTimeoutMs: number;
  readonly maxBufferedBytes: number;
  readonly framesPerSecond: number;
  readonly connectionsPerUser: number;
  readonly connectionsPerAddress: number;
}

export interface SessionsDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly verifier: TokenVerifier;
  readonly cursors: Pick<CursorCodec, 'decodePosition'>;
  readonly hub: Pick<Hub, 'attach' | 'detach'>;
  readonly replay: Replay;
  readonly presence: PresenceService;
  readonly devices: DeviceClaims;
  readonly handler: FrameHandler;
  readonly metrics: GatewayMetrics;
  readonly limits: SessionLimits;
}

/** Frames kept while a token is checked. */
const heldFrames = 1_024;
/** Who logged in by header and says nothing for this long has nothing to add: sync begins with the newest state. */
const silentHelloMs = 1_000;
/** A frame's worth of this many seconds may come at once. */
const burstSeconds = 10;
/** Frames that are no frames of the protocol: so many a second, and so many at once, until the socket is cut. */
const faultsPerSecond = 5;
const faultsAtOnce = 50;

/** All sockets of this process from greeting to end: who they are, what they say, whether they still live. */
export class Sessions {
  readonly queue: FlushQueue;
  readonly #all = new Set<Session>();
  readonly #byUser = new UserSessions();
  readonly #byAddress: ConnectionCounts;

  constructor(private readonly deps: SessionsDependencies) {
    this.#byAddress = new ConnectionCounts(deps.limits.connectionsPerAddress);
    this.queue = new FlushQueue((frames) => deps.metrics.framesSent(frames));
  }

  get all(): ReadonlySet<Session> {
    return this.#all;
  }

  /** Commands accepted for execution and not yet answered. */
  get commandsInFlight(): number {
    let sum = 0;
    for (const session of this.#all) sum += session.inFlight;
    return sum;
  }

  /** A new socket. `token`: from the Authorization header. */
  begin(socket: SessionSocket, stream: Duplex, address: string, token: string | null): Session {
    const { clock, limits } = this.deps;
    const { maxBufferedBytes } = limits;
    const session = new Session(socket, stream, {
      id: newId('ses'),
      address,
      queue: this.queue,
      maxBufferedBytes,
      clock,
    });
    socket.session = session;
    this.#all.add(session);
    if (!this.#byAddress.enter(address)) {
      session.address = null;
      session.end('addressBusy', new ParleyError('too_many_connections', { retryAfterMs: 60_000 }));
    } else if (token !== null) void this.#login(session, token, null);
    return session;
  }

  /** The socket is closed. */
  closed(session: Session): void {
    if (!this.#all.delete(session)) return;
    session.state = 'closing';
    if (session.address !== null) this.#byAddress.leave(session.address);
    this.#leave(session);
  }

  received(session: Session, data: Buffer, isBinary: boolean): void {
    const now = this.deps.clock.now();
    session.lastHeard = now;
    if (session.state === 'closing') return;
    try {
      for (const value of readMessage(data, isBinary)) this.#take(session, value, now);
    } catch (error) {
      const told = asParleyError(error);
      if (told.code === 'malformed_json') session.end('protocolViolation', told);
      else if (told.code === 'invalid_request') this.#fault(session, told, undefined, now);
      else this.#end(session, 'resync', this.#tell(error, 'a frame failed: its socket is closed'));
    }
    if (session.state === 'open') this.deps.presence.heard(session, now);
  }

  /** Ends the sessions of these devices, or of all of them. */
  endDevices(userId: string, deviceIds: readonly string[], reason: CloseReason, error: ParleyError): void {
    for (const session of [...this.#byUser.of(userId), ...this.deps.devices.opening]) {
      const { principal } = session;
      if (principal?.userId === userId && deviceIds.includes(principal.deviceId)) this.#end(session, reason, error);
    }
  }

  /** A newer session of the same device has begun at another gateway. */
  replaced(userId: string, deviceId: string, sessionId: string): void {
    const known = [this.#byUser.ofDevice(userId, deviceId), ...this.deps.devices.opening];
    const session = known.find((one) => one?.id === sessionId);
    if (session !== undefined) this.#end(session, 'sessionReplaced');
  }

  /** To be called at least once in half a heartbeat: finds the silent, the expired and those who do not let go. */
  sweep(): void {
    const { clock, limits } = this.deps;
    const now = clock.now();
    for (const session of this.#all) {
      const waited = now - session.since;
      switch (session.state) {
        case 'closing':
          if (waited > closingGraceMs) session.terminate();
          break;
        case 'greeting':
        case 'verifying':
          if (waited > limits.helloTimeoutMs) session.end('helloTimeout', new ParleyError('hello_expected'));
          break;
        case 'open':
          if (now - session.lastHeard > 2 * limits.heartbeatMs) this.#end(session, 'heartbeatMissed');
          else if ((session.principal?.expiresAt ?? 0) <= now) {
            this.#end(session, 'tokenExpired', new ParleyError('token_expired'));
          } else if (now - session.lastClaimed >= limits.heartbeatMs) {
            session.lastClaimed = now;
            this.deps.devices.renew(session);
          }
          break;
        default:
          session.state satisfies never;
      }
    }
  }

  #take(session: Session, value: unknown, now: number): void {
    switch (session.state) {
      case 'greeting':
        return this.#greeting(session, value);
      case 'verifying':
        if ((session.held ??= []).push(value) > heldFrames) session.end('flooding', new ParleyError('rate_limited'));
        return;
      case 'open':
        return this.#frame(session, value, now);
      case 'closing':
        return;
      default:
        return session.state satisfies never;
    }
  }

  #greeting(session: Session, value: unknown): void {
    try {
      const frame = readFrame(value);
      if (frame.type === 'hello' && frame.token !== undefined) void this.#login(session, frame.token, frame);
      else session.end('protocolViolation', new ParleyError('hello_expected'));
    } catch (error) {
      if (!(error instanceof FrameRefused)) throw error;
      session.end('protocolViolation', error.reason);
    }
  }

  async #login(session: Session, token: string, hello: ClientFrameOf<'hello'> | null): Promise<void> {
    session.state = 'verifying';
    session.pause();
    try {
      const principal = await this.deps.verifier.verify(token);
      if (session.state !== 'verifying') return;
      session.principal = principal;
      await this.deps.devices.claim(session, principal);
      if (session.state === 'verifying') this.#admit(session, principal, hello);
    } catch (error) {
      const told = this.#tell(error);
      session.end(closeReasonOf(told), told);
    } finally {
      session.resume();
    }
  }

  #admit(session: Session, principal: Principal, hello: ClientFrameOf<'hello'> | null): void {
    const { hub, presence, devices, replay, limits, clock } = this.deps;
    const { userId, deviceId } = principal;
    const before = this.#byUser.ofDevice(userId, deviceId);
    if (before !== undefined) this.#end(before, 'sessionReplaced');
    if (this.#byUser.of(userId).length >= limits.connectionsPerUser) {
      session.end('tooManyConnections', new ParleyError('too_many_connections', { retryAfterMs: 60_000 }));
      devices.closed(session, principal);
      return;
    }
    session.state = 'open';
    this.#byUser.add(userId, session);
    session.subscription = new Subscription(session, replay);
    session.subscription.person = hub.attach(userId, session.subscription);
    this.#welcome(session, principal);
    presence.opened(session, clock.now());
    if (hello !== null) this.#hello(session, hello);
    else setTimeout(() => this.#silentHello(session), silentHelloMs);
    const { held } = session;
    session.held = null;
    if (held !== null) for (const value of held) this.#take(session, value, clock.now());
  }

  #welcome(session: Session, { userId, deviceId }: Principal): void {
    session.send(
      JSON.stringify({
        type: 'welcome',
        sessionId: session.id,
        userId,
        deviceId,
        heartbeatMs: this.deps.limits.heartbeatMs,
        serverTime: new Date(this.deps.clock.now()).toISOString(),
      }),
    );
  }

  #silentHello(session: Session): void {
    if (session.state === 'open' && !session.greeted) this.#hello(session, { type: 'hello' });
  }

  #hello(session: Session, hello: ClientFrameOf<'hello'>): void {
    session.greeted = true;
    session.echo = hello.echo !== false;
    if (hello.sync === false) return;
    try {
      const from = hello.cursor === undefined ? null : this.deps.cursors.decodePosition(hello.cursor);
      session.subscription?.start({ from });
    } catch (error) {
      session.send(errorFrame(asParleyError(error)));
    }
  }

  #frame(session: Session, value: unknown, now: number): void {
    const { framesPerSecond } = this.deps.limits;
    session.frameBudget ??= new TokenBucket(framesPerSecond, framesPerSecond * burstSeconds, now);
    const waitMs = session.frameBudget.take(now);
    if (waitMs > 0) return this.#tooFast(session, value, waitMs, now);
    try {
      const frame = readFrame(value);
      this.deps.metrics.frameReceived(frame.type);
      if (frame.type === 'hello') return this.#laterHello(session, frame);
      this.#silentHello(session);
      this.deps.handler.handle(session, frame, now);
    } catch (error) {
      if (!(error instanceof FrameRefused)) throw error;
      this.#fault(session, error.reason, error.ref, now);
    }
  }

  /** After logging in by header; or to bring a new token before the old one runs out. */
  #laterHello(session: Session, hello: ClientFrameOf<'hello'>): void {
    if (hello.token !== undefined) void this.#renew(session, hello.token);
    if (hello.token === undefined || !session.greeted) this.#hello(session, hello);
  }

  async #renew(session: Session, token: string): Promise<void> {
    try {
      const principal = await this.deps.verifier.verify(token);
      const { userId, deviceId } = session.principal ?? {};
      if (principal.userId !== userId || principal.deviceId !== deviceId) throw new ParleyError('unauthenticated');
      session.principal = principal;
      this.#welcome(session, principal);
    } catch (error) {
      session.send(errorFrame(this.#tell(error)));
    }
  }

  #tooFast(session: Session, value: unknown, retryAfterMs: number, now: number): void {
    const { framesPerSecond } = this.deps.limits;
    session.floodBudget ??= new TokenBucket(framesPerSecond, framesPerSecond * burstSeconds, now);
    const limited = new ParleyError('rate_limited', { retryAfterMs });
    if (session.floodBudget.take(now) > 0) return this.#end(session, 'flooding', limited);
    const ref = (value as { ref?: unknown } | null)?.ref;
    session.send(errorFrame(limited, typeof ref === 'number' ? ref : undefined));
  }

  #fault(session: Session, error: ParleyError, ref: number | undefined, now: number): void {
    session.faultBudget ??= new TokenBucket(faultsPerSecond, faultsAtOnce, now);
    if (session.faultBudget.take(now) > 0) return this.#end(session, 'flooding', error);
    session.send(errorFrame(error, ref));
  }

  #end(session: Session, reason: CloseReason, error?: ParleyError): void {
    session.end(reason, error);
    this.#leave(session);
  }

  /** It stops counting at once, not only when its socket has closed. */
  #leave(session: Session): void {
    const { subscription, principal } = session;
    if (subscription === null || principal === null) return;
    // While it is still known what its person is a member of.
    this.deps.handler.left(session);
    session.subscription = null;
    subscription.close();
    this.deps.hub.detach(subscription.person, subscription);
    this.#byUser.delete(principal.userId, session);
    this.deps.devices.closed(session, principal);
    this.deps.presence.closed(session, this.deps.clock.now());
  }

  #tell(error: unknown, what = 'logging in on a socket failed'): ParleyError {
    const told = asParleyError(error);
    if (told.code === 'internal') this.deps.logger.error({ err: error }, what);
    return told;
  }
}

/** How long a socket that was told to close may take: what it has not read yet is still offered to it. */
const closingGraceMs = 5_000;
