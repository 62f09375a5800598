import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCursorCodec, createMetrics, ParleyError, type Principal, systemClock } from '@parley/platform';
import {
  type Command,
  type CommandClient,
  type CommandContext,
  CommandRejected,
  type CommandResult,
  type PresenceAnnouncement,
  type ReadModels,
  type TypingSignal,
  type UserPresence,
} from '@parley/ports';
import { type ClientOptions, WebSocket } from 'ws';
import { Gateway, type GatewayConfig } from '../gateway.js';
import { silentLogger } from './silent-logger.kit.js';
import { World } from './world.kit.js';

export type Frame = Record<string, unknown> & { type: string };

const config: GatewayConfig = {
  acceptsPerSecond: 1_000,
  allowedOrigins: [],
  connectionsPerAddress: 1_000,
  connectionsPerUser: 50,
  drain: 500,
  framesPerSecond: 1_000,
  heartbeat: 25_000,
  maxBufferedBytes: 1_048_576,
  maxFrameBytes: 65_536,
  pushEvery: 0,
  presenceTtl: 60_000,
  trustProxy: [],
  typingTtl: 6_000,
};

/** Answers a command as the test says; until then it is in the works. */
export interface PendingCommand {
  readonly command: Command;
  readonly context: CommandContext;
  resolve(result: CommandResult): void;
  reject(code: string): void;
}

/** Tokens read `user/device`; `expired` and anything else are what they say. `user/device/until` ends at a time. */
async function verify(token: string): Promise<Principal> {
  if (token === 'expired') throw new ParleyError('token_expired');
  const [userId, deviceId, until] = token.split('/');
  if (userId === undefined || deviceId === undefined) throw new ParleyError('unauthenticated');
  return { userId, deviceId, scopes: [], expiresAt: Number(until ?? Infinity), external: false };
}

/** Presence as a port, with the test in the place of the engine. */
class PresencePort {
  readonly announced: PresenceAnnouncement[] = [];
  readonly gone: string[] = [];
  readonly states = new Map<string, UserPresence>();
  readonly #listeners = new Set<(presence: UserPresence) => void>();

  async announce(entry: PresenceAnnouncement): Promise<void> {
    this.announced.push(entry);
  }

  async disconnect(_userId: string, _deviceId: string, connectionId: string): Promise<void> {
    this.gone.push(connectionId);
  }

  async get(userIds: readonly string[]): Promise<readonly UserPresence[]> {
    return userIds.map((userId) => this.states.get(userId) ?? { userId, state: 'offline', lastSeen: null });
  }

  onChange(listener: (presence: UserPresence) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  change(presence: UserPresence): void {
    this.states.set(presence.userId, presence);
    for (const listener of this.#listeners) listener(presence);
  }
}

class BusPort<M> {
  readonly published: M[] = [];
  readonly #listeners = new Set<(message: M) => void>();
  publish(message: M): void {
    this.published.push(message);
    for (const listener of this.#listeners) listener(message);
  }
  subscribe(listener: (message: M) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The registry as another gateway would use it. */
class RegistryPort {
  readonly told: string[] = [];
  /** Claims are answered after this. */
  answers: Promise<void> = Promise.resolve();
  readonly #listeners = new Set<(session: { userId: string; deviceId: string; sessionId: string }) => void>();

  claim = (userId: string, deviceId: string, sessionId: string): Promise<void> =>
    this.#note('claim', userId, deviceId, sessionId).then(() => this.answers);
  renew = (userId: string, deviceId: string, sessionId: string): Promise<void> =>
    this.#note('renew', userId, deviceId, sessionId);
  release = (userId: string, deviceId: string, sessionId: string): Promise<void> =>
    this.#note('release', userId, deviceId, sessionId);

  onReplaced(listener: (session: { userId: string; deviceId: string; sessionId: string }) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  replace(userId: string, deviceId: string, sessionId: string): void {
    for (const listener of this.#listeners) listener({ userId, deviceId, sessionId });
  }

  async #note(...words: string[]): Promise<void> {
    this.told.push(words.join(' '));
  }
}

/** A gateway on a real port, with the test behind it. */
export class TestGateway {
  readonly world = new World();
  readonly commands: PendingCommand[] = [];
  readonly presence = new PresencePort();
  readonly signals = new BusPort<TypingSignal>();
  readonly revocations = new BusPort<{ readonly userId: string; readonly deviceIds: readonly string[] }>();
  readonly devices = new RegistryPort();
  readonly hidden = new Set<string>();
  readonly cursors = createCursorCodec(Buffer.from('a secret of thirty-two bytes or more'));
  readonly metrics = createMetrics();
  readonly gateway: Gateway;
  readonly #clients: TestClient[] = [];
  readonly #http: Server = createServer((_request, response) => response.end('a page'));

  private constructor(overrides: Partial<GatewayConfig>) {
    const client: CommandClient = {
      execute: (command, context) =>
        new Promise((resolve, reject) => {
          this.commands.push({
            command,
            context,
            resolve: resolve as (result: CommandResult) => void,
            reject: (code) => reject(new CommandRejected(code)),
          });
        }),
    };
    const people = { presenceVisibility: async (id: string) => (this.hidden.has(id) ? 'nobody' : 'shared') };
    const { world } = this;
    this.gateway = new Gateway({
      config: { ...config, ...overrides },
      clock: systemClock,
      logger: silentLogger,
      metrics: this.metrics,
      cursors: this.cursors,
      verifier: { verify },
      commands: client,
      models: { ...world.models, people } as unknown as ReadModels,
      log: { info: async () => ({ events: 0, lastPosition: world.lastPosition, lastTime: null }) },
      delivery: world,
      presence: this.presence,
      signals: this.signals,
      revocations: this.revocations,
      devices: this.devices,
    });
  }

  static async start(overrides: Partial<GatewayConfig> = {}): Promise<TestGateway> {
    const started = new TestGateway(overrides);
    started.gateway.attach(started.#http);
    await new Promise<void>((resolve) => started.#http.listen(0, '127.0.0.1', resolve));
    return started;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/v1/socket`;
  }

  /** A socket that has said nothing yet. */
  async connect(options: ClientOptions & { readonly path?: string } = {}): Promise<TestClient> {
    const client = new TestClient(`ws://127.0.0.1:${this.port}${options.path ?? '/v1/socket'}`, options);
    this.#clients.push(client);
    await client.opened;
    return client;
  }

  /** A socket that has been welcomed and, unless `sync` is false, caught up. */
  async login(token: string, hello: Record<string, unknown> = {}): Promise<TestClient> {
    const client = await this.connect();
    client.send({ type: 'hello', token, ...hello });
    await client.next('welcome');
    if (hello['sync'] !== false) await client.next('caught_up');
    return client;
  }

  /** Everything stored becomes readable and is told to the gateway. */
  deliver(): void {
    this.world.project();
    this.world.publish();
  }

  async stop(): Promise<void> {
    await this.gateway.drain();
    for (const client of this.#clients) client.socket.terminate();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}

export class TestClient {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];
  /** WebSocket messages, each with its frames. */
  readonly messages: Frame[][] = [];
  readonly opened: Promise<void>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  #read = 0;
  #wake = Promise.withResolvers<void>();

  constructor(url: string, options: ClientOptions) {
    this.socket = new WebSocket(url, 'parley.v1.json', options);
    this.opened = new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject));
    this.closed = new Promise((resolve) =>
      this.socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
    this.socket.on('message', (data) => {
      const value: unknown = JSON.parse((data as Buffer).toString());
      const frames = (Array.isArray(value) ? value : [value]) as Frame[];
      this.messages.push(frames);
      this.frames.push(...frames);
      this.#wake.resolve();
    });
    this.socket.on('close', () => this.#wake.resolve());
    this.socket.on('error', () => undefined);
  }

  /** One frame as an object, several as an array, anything else as text or bytes. */
  send(message: unknown): void {
    this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** The next frame of this type; those before it are passed over. */
  async next(type: string): Promise<Frame> {
    for (;;) {
      while (this.#read < this.frames.length) {
        const frame = this.frames[this.#read++];
        if (frame?.type === type) return frame;
      }
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`closed before ${type} came`);
      this.#wake = Promise.withResolvers();
      await this.#wake.promise;
    }
  }

  ofType(type: string): Frame[] {
    return this.frames.filter((frame) => frame.type === type);
  }

  /** Resolves when everything sent before was answered: frames are dealt with in order. */
  async round(): Promise<void> {
    const ref = 900_000 + this.frames.length;
    this.send({ type: 'ping', ref });
    while ((await this.next('pong'))['ref'] !== ref);
  }
}
