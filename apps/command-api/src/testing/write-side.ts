import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  COMMANDS,
  CONFIG,
  createLogger,
  createMetrics,
  EVENT_LOG_READER,
  EVENT_LOG_WRITER,
  loadConfig,
  LOGGER,
  METRICS,
  newId,
  READ_MODELS,
  SNAPSHOTS,
  userIdOfUsername,
} from '@parley/platform';
import type { Command, CommandCaller, CommandClient, ResultOf } from '@parley/ports';
import { CommandsModule } from '../commands.module.js';
import { MemoryEventLog } from './memory-event-log.js';
import { MemoryHistory } from './memory-history.js';

/** One node of the write side, for specs: real modules on a log in memory. Several may share one log. */
export class WriteSide {
  readonly log: MemoryEventLog;
  readonly history: MemoryHistory;
  readonly #app: INestApplicationContext;
  readonly #commands: CommandClient;
  /** Milliseconds since 1970 UTC: rises with each command, so that times differ. */
  now = Date.UTC(2026, 0, 1);

  private constructor(app: INestApplicationContext, log: MemoryEventLog, history: MemoryHistory) {
    this.#app = app;
    this.log = log;
    this.history = history;
    this.#commands = app.get<CommandClient>(COMMANDS);
  }

  static async start(log = new MemoryEventLog(), settings: Record<string, string> = {}): Promise<WriteSide> {
    const history = new MemoryHistory(log);
    const values = new Map<symbol, unknown>([
      [CONFIG, loadConfig({}, settings)],
      [LOGGER, createLogger('silent')],
      [METRICS, createMetrics()],
      [EVENT_LOG_READER, log],
      [EVENT_LOG_WRITER, log],
      [SNAPSHOTS, log],
      [READ_MODELS, history.asReadModels()],
    ]);
    const providers = [...values].map(([provide, useValue]) => ({ provide, useValue }));
    const shared = {
      module: class Shared {},
      global: true,
      providers,
      exports: providers.map(({ provide }) => provide),
    };
    @Module({ imports: [shared, CommandsModule] })
    class Root {}
    const app = await NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false });
    return new WriteSide(app, log, history);
  }

  /** As this person, on their first device. `caller`: in another process; default: in this one. */
  execute<C extends Command>(
    actorId: string,
    command: C,
    deviceId = `dev_${actorId}`,
    caller?: CommandCaller,
  ): Promise<ResultOf<C>> {
    const context = { actorId, deviceId, now: this.now++, correlationId: 'req_spec' };
    return this.#commands.execute(command, caller === undefined ? context : { ...context, caller });
  }

  /** The code that the command was refused with; fails when it was not. */
  async refusal(actorId: string, command: Command): Promise<string> {
    return this.execute(actorId, command).then(
      () => 'accepted',
      (error: { code?: string }) => error.code ?? 'not a rejection',
    );
  }

  async register(...usernames: readonly string[]): Promise<string[]> {
    return Promise.all(
      usernames.map(async (username) => {
        const userId = userIdOfUsername(username);
        await this.execute(userId, { type: 'register-user', username, displayName: username });
        return userId;
      }),
    );
  }

  async group(ownerId: string, ...memberIds: readonly string[]): Promise<string> {
    const idempotencyKey = newId('req');
    const command = { type: 'start-conversation', kind: 'group', memberIds, idempotencyKey } as const;
    const started = await this.execute(ownerId, command);
    return started.conversationId;
  }

  async direct(actorId: string, otherId: string): Promise<string> {
    const command = {
      type: 'start-conversation',
      kind: 'direct',
      memberIds: [otherId],
      idempotencyKey: newId('req'),
    } as const;
    return (await this.execute(actorId, command)).conversationId;
  }

  send(
    actorId: string,
    conversationId: string,
    clientMessageId: string,
    text = clientMessageId,
  ): Promise<ResultOf<Extract<Command, { type: 'send-message' }>>> {
    const content = { type: 'text.v1', text } as const;
    return this.execute(actorId, { type: 'send-message', conversationId, clientMessageId, content });
  }

  stop(): Promise<void> {
    return this.#app.close();
  }
}
