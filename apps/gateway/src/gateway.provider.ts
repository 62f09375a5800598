import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import {
  CLOCK,
  type Clock,
  COMMANDS,
  CONFIG,
  type CursorCodec,
  CURSORS,
  DELIVERY,
  DEVICES,
  EVENT_LOG_READER,
  LOGGER,
  type Logger,
  METRICS,
  type Metrics,
  type ParleyConfig,
  PRESENCE,
  READ_MODELS,
  REVOCATIONS,
  SIGNALS,
  TOKEN_VERIFIER,
  type TokenVerifier,
} from '@parley/platform';
import type {
  CommandClient,
  DeliverySubscriber,
  DeviceRegistry,
  EventLogReader,
  PresenceStore,
  ReadModels,
  RevocationBus,
  SignalBus,
} from '@parley/ports';
import { Gateway } from './gateway.js';
import type { Hub } from './push/hub.js';
import type { PresenceService } from './presence/presence-service.js';

/** The live gateway in the life of the process: it takes sockets once the server stands, and drains before it closes. */
@Injectable()
export class LiveGateway implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly gateway: Gateway;
  private readonly stop = new AbortController();

  constructor(
    @Inject(HttpAdapterHost) private readonly http: HttpAdapterHost,
    @Inject(CONFIG) config: ParleyConfig,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) metrics: Metrics,
    @Inject(CURSORS) cursors: CursorCodec,
    @Inject(TOKEN_VERIFIER) verifier: TokenVerifier,
    @Inject(COMMANDS) commands: CommandClient,
    @Inject(READ_MODELS) models: ReadModels,
    @Inject(EVENT_LOG_READER) log: EventLogReader,
    @Inject(DELIVERY) delivery: DeliverySubscriber,
    @Inject(PRESENCE) presence: PresenceStore,
    @Inject(SIGNALS) signals: SignalBus,
    @Inject(REVOCATIONS) revocations: RevocationBus,
    @Inject(DEVICES) devices: DeviceRegistry,
  ) {
    this.gateway = new Gateway({
      config,
      clock,
      logger,
      metrics,
      cursors,
      verifier,
      commands,
      models,
      log,
      delivery,
      presence,
      signals,
      revocations,
      devices,
    });
  }

  get hub(): Hub {
    return this.gateway.hub;
  }

  /** Aborted when the server is to stop: answers that wait or go on for ever end. */
  get stopping(): AbortSignal {
    return this.stop.signal;
  }

  get presence(): PresenceService {
    return this.gateway.presence;
  }

  onApplicationBootstrap(): void {
    this.gateway.attach(this.http.httpAdapter.getHttpServer());
  }

  beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    return this.gateway.drain();
  }
}
