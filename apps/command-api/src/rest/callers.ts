import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock, type Principal } from '@parley/platform';
import type { CommandContext } from '@parley/ports';

/** What every request brings along. */
export interface Asked {
  readonly principal: Principal;
  readonly correlationId: string;
  readonly traceparent: string | undefined;
}

/** Who asks, as commands want to know it. */
@Injectable()
export class Callers {
  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /** Of somebody who is not logged in yet. */
  anonymous({ correlationId, traceparent }: Omit<Asked, 'principal'>): CommandContext {
    const context = { actorId: 'system', deviceId: 'system', now: this.clock.now(), correlationId };
    return traceparent === undefined ? context : { ...context, traceparent };
  }

  context(asked: Asked): CommandContext {
    const { userId: actorId, deviceId } = asked.principal;
    return { ...this.anonymous(asked), actorId, deviceId };
  }
}
