import { Inject, Injectable } from '@nestjs/common';
import { COMMANDS, EVENT_LOG_READER, tellPosition } from '@parley/platform';
import type { Command, CommandClient, EventLogReader, ResultOf } from '@parley/ports';
import type { FastifyReply } from 'fastify';
import { type Asked, Callers } from './callers.js';

/**
 * Executes what a request asks for and tells in `Parley-Position` from where on its effect can be read: the position of
 * what it wrote, or (it was so already) of the newest event, which is at or after the one that made it so.
 */
@Injectable()
export class RequestCommands {
  constructor(
    @Inject(COMMANDS) private readonly commands: CommandClient,
    @Inject(EVENT_LOG_READER) private readonly log: EventLogReader,
    @Inject(Callers) private readonly callers: Callers,
  ) {}

  /** Of several in one request the last position told is the highest: they are executed one after the other. */
  async execute<C extends Command>(asked: Asked, reply: FastifyReply, command: C): Promise<ResultOf<C>> {
    const result = await this.commands.execute(command, this.callers.context(asked));
    tellPosition(reply, result.position > 0 ? result.position : (await this.log.info()).lastPosition);
    return result;
  }
}
