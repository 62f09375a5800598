import type { Decision } from '@parley/domain';
import type { CommandContext, CommandResult } from '@parley/ports';
import { CommandTask } from './stream-task.js';

/** What a decision wrote; no events when there was nothing to do. */
export interface Decided<Event> extends CommandResult {
  readonly events: readonly Event[];
}

/** A command that needs nothing but the state of its stream. */
export class DecisionTask<State, Event> extends CommandTask<State, Event, Decided<Event>> {
  readonly #decide: (state: State) => Decision<Event>;

  constructor(context: CommandContext, decide: (state: State) => Decision<Event>) {
    super(context);
    this.#decide = decide;
  }

  decide(state: State): Decision<Event> {
    return this.#decide(state);
  }

  written(events: readonly Event[], position: number): void {
    this.resolve({ events, position });
  }
}
