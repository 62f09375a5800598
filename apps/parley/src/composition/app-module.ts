import 'reflect-metadata';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CommandApiModule, CommandRestModule } from '@parley/command-api';
import { GatewayModule } from '@parley/gateway';
import {
  ACCOUNTS,
  CLOCK,
  type Clock,
  COMMANDS,
  CONFIG,
  createCursorCodec,
  CURSORS,
  DELIVERY,
  DEVICES,
  EVENT_LOG_READER,
  EVENT_LOG_WRITER,
  LOGGER,
  type Logger,
  METRICS,
  type Metrics,
  type ParleyConfig,
  PRESENCE,
  ProblemFilter,
  PROJECTION_ADMIN,
  RATE_LIMITS,
  type RateLimits,
  READ_MODELS,
  REVOCATIONS,
  RouteGuard,
  SIGNALS,
  SNAPSHOTS,
  TOKEN_ISSUER,
  TOKEN_VERIFIER,
} from '@parley/platform';
import type { CommandClient } from '@parley/ports';
import { ProjectorModule } from '@parley/projector';
import { OperationsModule } from '../operations/operations.module.js';
import type { Engines } from './engines.js';
import { createTokenIssuer, createTokenVerifier } from './tokens.js';

export interface Composition {
  readonly config: ParleyConfig;
  readonly secret: Uint8Array;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly engines: Engines;
}

/** Commands are decided elsewhere: everybody's `COMMANDS` is the way there. */
@Module({})
class RemoteCommandsModule {
  static bind(commands: CommandClient): DynamicModule {
    const providers = [{ provide: COMMANDS, useValue: commands }];
    return { module: RemoteCommandsModule, global: true, providers, exports: [COMMANDS] };
  }
}

/** The ports and what every app shares, for injection anywhere. */
@Module({})
class SharedModule {
  static bind({ config, secret, clock, logger, metrics, engines }: Composition): DynamicModule {
    const issuer = createTokenIssuer(config, secret, clock);
    const values = new Map<symbol, unknown>([
      [CONFIG, config],
      [CLOCK, clock],
      [LOGGER, logger],
      [METRICS, metrics],
      [CURSORS, createCursorCodec(secret)],
      [RATE_LIMITS, rateLimits(config, engines)],
      [TOKEN_ISSUER, issuer],
      [EVENT_LOG_READER, engines.logReader],
      [EVENT_LOG_WRITER, engines.logWriter],
      [SNAPSHOTS, engines.snapshots],
      [READ_MODELS, engines.readModels],
      [PROJECTION_ADMIN, engines.projectionAdmin],
      [DELIVERY, engines.delivery],
      [ACCOUNTS, engines.accounts],
      [PRESENCE, engines.presence],
      [SIGNALS, engines.signals],
      [REVOCATIONS, engines.revocations],
      [DEVICES, engines.devices],
    ]);
    const providers = [
      ...[...values].map(([provide, useValue]) => ({ provide, useValue })),
      {
        provide: TOKEN_VERIFIER,
        inject: [COMMANDS],
        useFactory: (commands: CommandClient) => createTokenVerifier(config, issuer, engines, commands, clock),
      },
    ];
    return { module: SharedModule, global: true, providers, exports: providers.map(({ provide }) => provide) };
  }
}

const rateLimits = (config: ParleyConfig, { rateLimiter }: Engines): RateLimits => ({
  user: rateLimiter('user', { quota: config.requestsPerMinuteUser, windowSeconds: 60 }),
  address: rateLimiter('address', { quota: config.requestsPerMinuteAddress, windowSeconds: 60 }),
  credentials: rateLimiter('credentials', { quota: config.credentialsPerMinute, windowSeconds: 60 }),
});

/**
 * What this process serves beside operations, which every process serves. A gateway carries the REST of the write side
 * too: clients know only gateways.
 */
function appsOf({ config, engines }: Composition): (Type | DynamicModule)[] {
  const apps = new Set(config.apps);
  const commands =
    engines.commands === null
      ? [CommandApiModule]
      : [RemoteCommandsModule.bind(engines.commands), ...(apps.has('gateway') ? [CommandRestModule] : [])];
  return [...commands, ...(apps.has('gateway') ? [GatewayModule] : [])];
}

@Module({})
export class AppModule {
  static compose(composition: Composition): DynamicModule {
    return {
      module: AppModule,
      imports: [SharedModule.bind(composition), ...appsOf(composition), ProjectorModule, OperationsModule],
      providers: [
        { provide: APP_GUARD, useClass: RouteGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
