import { Inject, Injectable } from '@nestjs/common';
import { CommandBus, type ICommand } from '@nestjs/cqrs';
import { LOGGER, type Logger } from '@parley/platform';
import { spanning, tracer } from '@parley/platform/tracing';
import { type Command, type CommandClient, type CommandContext, CommandRejected, type ResultOf } from '@parley/ports';
import { CommandMetrics } from './command-metrics.js';
import { commandClasses } from './commands/command-classes.js';
import { foreseen } from './streams/rejections.js';

type AnyClass = new (input: Command, context: CommandContext) => ICommand;

/** The write side for callers in the same process. */
@Injectable()
export class CommandBusClient implements CommandClient {
  constructor(
    @Inject(CommandBus) private readonly bus: CommandBus,
    @Inject(CommandMetrics) private readonly metrics: CommandMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  execute<C extends Command>(command: C, context: CommandContext): Promise<ResultOf<C>> {
    if (tracer === null) return this.#execute(command, context);
    const span = tracer.begin(`command ${command.type}`, context.traceparent, { kind: 'server' });
    return spanning(span, this.#execute(command, { ...context, traceparent: span.traceparent }));
  }

  async #execute<C extends Command>(command: C, context: CommandContext): Promise<ResultOf<C>> {
    const started = performance.now();
    try {
      const CommandClass = commandClasses[command.type] as AnyClass;
      const result = await this.bus.execute<ICommand, ResultOf<C>>(new CommandClass(command, context));
      this.metrics.done(command.type, started);
      return result;
    } catch (error) {
      const rejection = foreseen(error);
      this.metrics.rejected(command.type, rejection?.code ?? 'internal', started);
      if (rejection !== null) throw rejection;
      const { type } = command;
      this.logger.error({ err: error, command: type, correlationId: context.correlationId }, 'a command failed');
      throw new CommandRejected('internal');
    }
  }
}
