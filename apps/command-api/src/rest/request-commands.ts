import { Inject, Injectable } from '@nestjs/common';
import { COMMANDS, tellPosition } from '@parley/platform';
import type { Command, CommandClient, ResultOf } from '@parley/ports';
import type { FastifyReply } from 'fastify';
import { type Asked, Callers } from './callers.js';

/** Executes what a request asks for and tells the position of what it wrote, so that its caller can read it. */
@Injectable()
export class RequestCommands {
  constructor(
    @Inject(COMMANDS) private readonly commands: CommandClient,
    @Inject(Callers) private readonly callers: Callers,
  ) {}

  /** One after the other; the first that is refused ends it. Answers the last one's result. */
  async execute<C extends Command>(asked: Asked, reply: FastifyReply, command: C): Promise<ResultOf<C>> {
    const result = await this.commands.execute(command, await this.callers.context(asked));
    this.#tell(reply, result.position);
    return result;
  }

  /** Nothing to do has no position of its own: whatever one did before counts. */
  #tell(reply: FastifyReply, position: number): void {
    const before = Number(reply.getHeader('Parley-Position') ?? 0);
    tellPosition(reply, Math.max(before, position));
  }
}
