import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ACCOUNTS,
  CLOCK,
  CONFIG,
  createLocalTokens,
  createLogger,
  createMetrics,
  createRateLimiter,
  EVENT_LOG_READER,
  EVENT_LOG_WRITER,
  loadConfig,
  LOGGER,
  METRICS,
  ProblemFilter,
  RATE_LIMITS,
  READ_MODELS,
  REVOCATIONS,
  RouteGuard,
  SNAPSHOTS,
  systemClock,
  TOKEN_ISSUER,
  TOKEN_VERIFIER,
  withSessionCheck,
} from '@parley/platform';
import type { RevocationBus } from '@parley/ports';
import type { SessionView } from '@parley/protocol';
import { CommandApiModule } from '../command-api.module.js';
import { MemoryAccountStore } from './memory-account-store.js';
import { MemoryEventLog } from './memory-event-log.js';
import { MemoryHistory } from './memory-history.js';

export interface RestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly body: Record<string, unknown>;
}

/** The REST side of one node, for specs: asked without a socket, on stores in memory. */
export class RestSide {
  readonly log = new MemoryEventLog();
  readonly history = new MemoryHistory(this.log);
  readonly accounts = new MemoryAccountStore();
  /** `user device device …` of each revocation. */
  readonly revoked: string[] = [];
  #app!: NestFastifyApplication;

  static async start(settings: Record<string, string> = {}): Promise<RestSide> {
    const side = new RestSide();
    const config = loadConfig({}, { 'password-cost': '10', ...settings });
    const secret = Buffer.from('a secret that is only used in specs');
    const ttlMs = config.accessTtl * 1_000;
    const tokens = createLocalTokens({ issuer: 'parley', audience: 'parley', secret, ttlMs, clock: systemClock });
    const unlimited = createRateLimiter({ quota: 1_000_000, windowSeconds: 60 });
    const revocations: RevocationBus = {
      publish: ({ userId, deviceIds }) => side.revoked.push([userId, ...deviceIds].join(' ')),
      subscribe: () => () => undefined,
    };
    const values = new Map<symbol, unknown>([
      [CONFIG, config],
      [CLOCK, systemClock],
      [LOGGER, createLogger('silent')],
      [METRICS, createMetrics()],
      [RATE_LIMITS, { user: unlimited, address: unlimited, credentials: unlimited }],
      [TOKEN_ISSUER, tokens],
      [
        TOKEN_VERIFIER,
        withSessionCheck(tokens, { accounts: side.accounts, revocations, clock: systemClock, tokenTtlMs: ttlMs }),
      ],
      [EVENT_LOG_READER, side.log],
      [EVENT_LOG_WRITER, side.log],
      [SNAPSHOTS, side.log],
      [READ_MODELS, side.history.asReadModels()],
      [ACCOUNTS, side.accounts],
      [REVOCATIONS, revocations],
    ]);
    const providers = [...values].map(([provide, useValue]) => ({ provide, useValue }));
    const exported = providers.map(({ provide }) => provide);
    const shared = { module: class Shared {}, global: true, providers, exports: exported };
    @Module({
      imports: [shared, CommandApiModule],
      providers: [
        { provide: APP_GUARD, useClass: RouteGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    })
    class Root {}
    const adapter = new FastifyAdapter({ routerOptions: { maxParamLength: 200 } });
    side.#app = await NestFactory.create<NestFastifyApplication>(Root, adapter, { logger: false, abortOnError: false });
    await side.#app.init();
    return side;
  }

  async ask(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    options: { readonly token?: string; readonly body?: object; readonly headers?: Record<string, string> } = {},
  ): Promise<RestAnswer> {
    const authorization = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
    const { statusCode, headers, payload } = await this.#app.inject({
      method,
      url,
      headers: { ...authorization, ...options.headers },
      ...(options.body === undefined ? {} : { payload: options.body }),
    });
    return {
      status: statusCode,
      headers,
      body: (payload === '' ? {} : JSON.parse(payload)) as Record<string, unknown>,
    };
  }

  /** Registers a person; `correct horse` is everybody's password. */
  async register(username: string): Promise<SessionView> {
    const { body } = await this.ask('POST', '/v1/users', { body: { username, password: 'correct horse' } });
    return body as unknown as SessionView;
  }

  stop(): Promise<void> {
    return this.#app.close();
  }
}
