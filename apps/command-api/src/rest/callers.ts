import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock, COMMANDS, CONFIG, type ParleyConfig, type Principal } from '@parley/platform';
import { type CommandClient, type CommandContext, CommandRejected } from '@parley/ports';

/** What every request brings along. */
export interface Asked {
  readonly principal: Principal;
  readonly correlationId: string;
  readonly traceparent: string | undefined;
}

/** Requests of the same person that are known to be registered; the oldest are forgotten. */
const maxKnown = 10_000;

/** Who asks, as commands want to know it. People of an external issuer are registered with their first write. */
@Injectable()
export class Callers {
  readonly #known = new Set<string>();

  constructor(
    @Inject(COMMANDS) private readonly commands: CommandClient,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<ParleyConfig, 'oidcIssuer'>,
  ) {}

  /** Of somebody who is not logged in yet. */
  anonymous({ correlationId, traceparent }: Omit<Asked, 'principal'>): CommandContext {
    const context = { actorId: 'system', deviceId: 'system', now: this.clock.now(), correlationId };
    return traceparent === undefined ? context : { ...context, traceparent };
  }

  async context(asked: Asked): Promise<CommandContext> {
    const { principal } = asked;
    const context = { ...this.anonymous(asked), actorId: principal.userId, deviceId: principal.deviceId };
    if (principal.external && this.config.oidcIssuer !== '') await this.#ensureRegistered(principal, context);
    return context;
  }

  async #ensureRegistered({ userId, username = userId }: Principal, context: CommandContext): Promise<void> {
    if (this.#known.has(userId)) return;
    try {
      await this.commands.execute({ type: 'register-user', username, displayName: username }, context);
    } catch (error) {
      // Their stream is theirs alone: taken means that they are registered.
      if (!(error instanceof CommandRejected) || error.code !== 'username_taken') throw error;
    }
    if (this.#known.size >= maxKnown) this.#known.clear();
    this.#known.add(userId);
  }
}
