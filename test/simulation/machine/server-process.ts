import { EventEmitter } from 'node:events';
import { CommandApiModule } from '@parley/command-api';
import {
  createDeviceRegistry,
  createPresenceStore,
  createRevocationBus,
  createSignalBus,
  type EmbeddedProjections,
  startEmbeddedProjections,
} from '@parley/embedded';
import { GatewayModule } from '@parley/gateway';
import {
  ACCOUNTS,
  CLOCK,
  COMMANDS,
  CONFIG,
  createCursorCodec,
  createLogger,
  createMetrics,
  createRateLimiter,
  type CursorCodec,
  CURSORS,
  DELIVERY,
  DEVICES,
  EVENT_LOG_READER,
  EVENT_LOG_WRITER,
  loadConfig,
  LOGGER,
  METRICS,
  ParleyError,
  PRESENCE,
  RATE_LIMITS,
  READ_MODELS,
  REVOCATIONS,
  SIGNALS,
  SNAPSHOTS,
  systemClock,
  TOKEN_ISSUER,
  TOKEN_VERIFIER,
  type TokenVerifier,
} from '@parley/platform';
import { type CommandClient, type ProjectorModule, timelineProjections } from '@parley/ports';
import { projectorModule } from '@parley/projector';
import { subprotocol } from '@parley/protocol';
import type { Incarnation } from '../engine/incarnation.js';
import type { Random } from '../engine/random.js';
import type { Scheduler } from '../engine/scheduler.js';
import type { Bugs } from '../world/bugs.js';
import type { LogClient } from './log-client.js';
import { type DiskWeather, projectorOn } from './projection-faults.js';
import { RestServer, type RestRequest, type RestResponse } from './rest-server.js';
import { type Injector, injectorOf } from './server-modules.js';
import type { ServerStream } from './server-stream.js';

/** What knows nothing of a run is made once, of the real world. */
const { projector } = (await import(projectorModule.href)) as { projector: ProjectorModule };
const metrics = createMetrics();
const logger = createLogger('silent');
const config = {
  ...loadConfig({}, { heartbeat: '2000', 'presence-ttl': '5000', drain: '500' }),
  // So few that states are dropped and loaded again.
  conversationsCached: 2,
};
const cursors = createCursorCodec(new Uint8Array(32).fill(7));

/** Tokens of the world read `user/device`: signatures are made by threads, which a world has not. */
const verifier: TokenVerifier = {
  verify: (token) => {
    const [userId, deviceId] = token.split('/');
    if (userId === undefined || deviceId === undefined) return Promise.reject(new ParleyError('unauthenticated'));
    return Promise.resolve({ userId, deviceId, scopes: [], expiresAt: Infinity, external: false });
  },
};

export interface ServerProcessParts {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly machine: string;
  readonly actor: Incarnation;
  readonly folder: string;
  readonly weather: DiskWeather;
  readonly log: LogClient;
  readonly bugs: Bugs;
  /** A promise that was not kept. */
  found(check: string, detail: string): void;
}

/** One life of a server: write side, projections and gateway in one process, as `npm start` runs them. */
export class ServerProcess {
  readonly actor: Incarnation;
  readonly machine: string;
  readonly projections: EmbeddedProjections;
  readonly commands: CommandClient;
  readonly #injector: Injector;
  readonly #http: EventEmitter;
  readonly #rest: RestServer;

  private constructor({ actor, machine, log, bugs }: ServerProcessParts, projections: EmbeddedProjections) {
    this.actor = actor;
    this.machine = machine;
    this.projections = projections;
    this.#http = new EventEmitter();
    const limit = createRateLimiter({ quota: 1_000_000, windowSeconds: 60 });
    const limits = { user: limit, address: limit, credentials: limit };
    const ports = new Map<symbol, unknown>([
      [CONFIG, config],
      [CLOCK, systemClock],
      [LOGGER, logger],
      [METRICS, metrics],
      [CURSORS, bugs.cursorAhead ? ahead(cursors) : cursors],
      [RATE_LIMITS, limits],
      [TOKEN_VERIFIER, verifier],
      [EVENT_LOG_READER, log],
      [EVENT_LOG_WRITER, log],
      [SNAPSHOTS, log],
      [READ_MODELS, projections.readModels],
      [DELIVERY, projections.delivery],
      [PRESENCE, createPresenceStore({ clock: systemClock })],
      [SIGNALS, createSignalBus()],
      [REVOCATIONS, createRevocationBus()],
      [DEVICES, createDeviceRegistry()],
      // Passwords and signatures are made by threads: nobody logs in here.
      [ACCOUNTS, null],
      [TOKEN_ISSUER, null],
    ]);
    this.#injector = injectorOf([CommandApiModule, GatewayModule], ports, this.#http);
    this.commands = this.#injector.get(COMMANDS) as CommandClient;
    this.#rest = new RestServer({ injector: this.#injector, verifier, limits, logger });
  }

  /** Resolves when it takes sockets and requests. */
  static async start(parts: ServerProcessParts): Promise<ServerProcess> {
    const projections = await startEmbeddedProjections({
      dataDir: parts.folder,
      projector: projectorOn(projector, parts),
      signal: null,
      log: parts.log,
      only: timelineProjections,
    });
    const server = new ServerProcess(parts, projections);
    server.#injector.begin();
    return server;
  }

  accept(stream: ServerStream): void {
    if (!this.actor.alive) return;
    const request = {
      method: 'GET',
      url: '/v1/socket',
      headers: {
        host: 'parley',
        upgrade: 'websocket',
        connection: 'Upgrade',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-version': '13',
        'sec-websocket-protocol': subprotocol,
      },
      socket: stream,
    };
    this.#http.emit('upgrade', request, stream, Buffer.alloc(0));
  }

  answer(request: RestRequest): Promise<RestResponse> {
    return this.#rest.answer(request);
  }

  /** As at SIGTERM: tells everybody to go, finishes what was accepted, closes its files. */
  async stop(): Promise<void> {
    await this.#injector.end();
    await this.projections.close();
  }
}

/** A planted bug. */
const ahead = (cursors: CursorCodec): CursorCodec => ({
  ...cursors,
  encodePosition: (position) => cursors.encodePosition(position + 3),
});
