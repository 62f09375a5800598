import type { Server } from 'node:http';
import {
  type Clock,
  type CursorCodec,
  type Logger,
  type Metrics,
  ParleyError,
  type ParleyConfig,
  type TokenVerifier,
} from '@parley/platform';
import type {
  CommandClient,
  DeliveryBatch,
  DeliverySubscriber,
  DeviceRegistry,
  EventLogReader,
  PresenceStore,
  ReadModels,
  RevocationBus,
  SignalBus,
} from '@parley/ports';
import { drain } from './drain/drain.js';
import { GatewayMetrics } from './metrics.js';
import { PresenceService } from './presence/presence-service.js';
import { PresenceVisibility } from './presence/presence-visibility.js';
import { Freshness } from './push/freshness.js';
import { gather } from './push/gather.js';
import { Hub } from './push/hub.js';
import { HistoryReads } from './queries/history-reads.js';
import { DeviceClaims } from './session/device-claims.js';
import { FrameHandler } from './session/frame-handler.js';
import { Sessions } from './session/sessions.js';
import { SocketServer } from './socket/socket-server.js';
import { createReplay } from './sync/replay.js';
import { TypingService } from './typing/typing-service.js';

export type GatewayConfig = Pick<
  ParleyConfig,
  | 'acceptsPerSecond'
  | 'allowedOrigins'
  | 'connectionsPerAddress'
  | 'connectionsPerUser'
  | 'drain'
  | 'framesPerSecond'
  | 'heartbeat'
  | 'maxBufferedBytes'
  | 'maxFrameBytes'
  | 'presenceTtl'
  | 'pushEvery'
  | 'trustProxy'
  | 'typingTtl'
>;

export interface GatewayDependencies {
  readonly config: GatewayConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly cursors: CursorCodec;
  readonly verifier: TokenVerifier;
  readonly commands: CommandClient;
  readonly models: ReadModels;
  readonly log: Pick<EventLogReader, 'info'>;
  readonly delivery: DeliverySubscriber;
  readonly presence: PresenceStore;
  readonly signals: SignalBus;
  readonly revocations: RevocationBus;
  readonly devices: DeviceRegistry;
}

const helloTimeoutMs = 5_000;
const presenceCoalesceMs = 250;
const changesPerPage = 250;
const conversationsPerPage = 50;
const replayWaitMs = 1_000;

/** The live side of the gateway, wired: sockets, sessions, push, sync, presence and typing. */
export class Gateway {
  readonly presence: PresenceService;
  readonly sessions: Sessions;
  readonly hub: Hub;
  readonly freshness: Freshness;
  readonly #server: SocketServer;
  readonly #closers: (() => void)[] = [];
  #draining: Promise<void> | null = null;

  constructor(private readonly deps: GatewayDependencies) {
    const { config, clock, logger, models, cursors } = deps;
    const metrics = new GatewayMetrics(deps.metrics);
    this.hub = new Hub({ delivery: gather(deps.delivery, config.pushEvery), models, cursors, logger });
    this.freshness = new Freshness({
      log: deps.log,
      delivered: () => this.hub.position,
      gatheredMs: config.pushEvery,
      logger,
    });
    this.presence = new PresenceService(
      deps.presence,
      new PresenceVisibility(models),
      this.freshness,
      { ttlMs: config.presenceTtl, coalesceMs: presenceCoalesceMs },
      logger,
    );
    const typing = new TypingService(deps.signals, this.hub, this.freshness, config.typingTtl);
    this.hub.observe({
      onDeparture: (userId) => this.presence.onDeparture(userId),
      onLoss: () => this.presence.onLoss(),
      onBatch: (batch) => {
        metrics.onBatch(batch);
        for (const userId of changedPeople(batch)) {
          this.presence
            .reconsider(userId)
            .catch((error: unknown) => logger.warn({ err: error }, 'presence is out of order'));
        }
      },
    });
    this.sessions = new Sessions({
      clock,
      logger,
      metrics,
      verifier: deps.verifier,
      cursors,
      hub: this.hub,
      presence: this.presence,
      devices: new DeviceClaims(deps.devices, logger, heartbeatOf(config)),
      replay: createReplay({
        hub: this.hub,
        models,
        log: deps.log,
        cursors,
        logger,
        pageSize: changesPerPage,
        snapshotPageSize: conversationsPerPage,
        waitMs: replayWaitMs,
        onPage: (kind) => metrics.page(kind),
      }),
      handler: new FrameHandler({
        clock,
        logger,
        metrics,
        commands: deps.commands,
        cursors,
        history: new HistoryReads(models),
        presence: this.presence,
        typing,
      }),
      limits: { ...config, heartbeatMs: heartbeatOf(config), helloTimeoutMs },
    });
    this.#server = new SocketServer(config, this.sessions, clock, (code) => metrics.closed(code));
    const sweep = setInterval(() => this.sessions.sweep(), Math.min(1_000, heartbeatOf(config) / 2));
    const endRevocations = deps.revocations.subscribe(({ userId, deviceIds }) =>
      this.sessions.endDevices(userId, deviceIds, 'loggedOut', new ParleyError('session_revoked')),
    );
    const endReplacements = deps.devices.onReplaced(({ userId, deviceId, sessionId }) =>
      this.sessions.replaced(userId, deviceId, sessionId),
    );
    this.#closers.push(
      () => this.#server.detach(),
      () => clearInterval(sweep),
      () => typing.close(),
      () => this.freshness.close(),
      () => this.hub.close(),
      () => this.presence.close(),
      endRevocations,
      endReplacements,
    );
    this.#observe(deps.metrics);
  }

  /** The server is going away: it is no longer ready. */
  get draining(): boolean {
    return this.#draining !== null;
  }

  attach(http: Pick<Server, 'on' | 'off'>): void {
    this.#server.attach(http);
  }

  /** Tells everybody to go, finishes what was accepted, ends the sockets. Harmless to call again. */
  drain(): Promise<void> {
    return (this.#draining ??= this.#drain());
  }

  async #drain(): Promise<void> {
    await drain(this.#server, this.sessions, { drainMs: this.deps.config.drain }, this.deps.logger);
    for (const close of this.#closers) close();
  }

  #observe(metrics: Metrics): void {
    metrics.gauge('parley_active_connections', 'Open sockets.', [], (gauge) => gauge.set(this.sessions.all.size));
    metrics.gauge('parley_message_queue_depth', 'Commands from sockets not yet answered.', [], (gauge) =>
      gauge.set(this.sessions.commandsInFlight),
    );
  }
}

const personChange = '{"kind":"person"';

/** Whose profile changed in this batch. Every other change passes unopened. */
function changedPeople({ deliveries }: DeliveryBatch): ReadonlySet<string> {
  const people = new Set<string>();
  for (const { change } of deliveries) {
    if (change.startsWith(personChange)) people.add((JSON.parse(change) as { person: { id: string } }).person.id);
  }
  return people;
}

/** Often enough that nobody who keeps to it is taken for absent. */
export const heartbeatOf = (config: Pick<ParleyConfig, 'heartbeat' | 'presenceTtl'>): number =>
  Math.min(config.heartbeat, Math.floor(config.presenceTtl * 0.8));
