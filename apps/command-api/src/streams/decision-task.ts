import type { Decision } from '@parley/domain';
import type { CommandContext, CommandResult } from '@parley/ports';
import { CommandTask } from './stream-task.js';

/** What a decision wrote; no events when there was nothing to do. */
export interface Decided<Event> extends CommandResult {
  readonly events: readonly Event[];
}

/** What must be looked up elsewhere before a command is accepted; throws a CommandRejected when it may not be. */
export type LookUp = () => Promise<unknown>;

/** A command that its stream's state decides, and perhaps one look-up. */
export class DecisionTask<State, Event> extends CommandTask<State, Event, Decided<Event>> {
  readonly #decide: (state: State) => Decision<Event>;
  #lookUp: LookUp | null;

  constructor(context: CommandContext, decide: (state: State) => Decision<Event>, lookUp: LookUp | null = null) {
    super(context);
    this.#decide = decide;
    this.#lookUp = lookUp;
  }

  /** Looks up only what the state does not refuse: whoever may not do a thing learns nothing by trying. */
  decide(state: State): Decision<Event> | 'wait' {
    this.throwIfFailed();
    const decision = this.#decide(state);
    if (this.#lookUp === null || !decision.ok) return decision;
    const lookUp = this.#lookUp;
    this.#lookUp = null;
    return this.waitFor(lookUp(), () => undefined);
  }

  written(events: readonly Event[], position: number): void {
    this.resolve({ events, position });
  }
}
