import { advanceWatermarks, type Decision, type ReceiptsState, type Refusal } from '@parley/domain';
import type { ReceiptEvent, WatermarkAdvance } from '@parley/events';
import type { AdvanceContext } from '@parley/domain';
import type { CommandContext, CommandResult } from '@parley/ports';
import { CommandTask } from '../streams/stream-task.js';

export interface AdvancesDone extends CommandResult {
  /** Judged once more as they were written: somebody may have been removed while they waited. */
  readonly refused: ReadonlyMap<WatermarkAdvance, Refusal>;
}

/** Writes the watermarks of many members as one event. */
export class AdvanceTask extends CommandTask<ReceiptsState, ReceiptEvent, AdvancesDone> {
  readonly #advances: readonly WatermarkAdvance[];
  readonly #conversation: AdvanceContext;
  #refused: ReadonlyMap<WatermarkAdvance, Refusal> = new Map();

  /** `conversation`: as it was in the log when the writing began. */
  constructor(context: CommandContext, advances: readonly WatermarkAdvance[], conversation: AdvanceContext) {
    super(context);
    this.#advances = advances;
    this.#conversation = conversation;
  }

  decide(state: ReceiptsState): Decision<ReceiptEvent> {
    const decision = advanceWatermarks(state, { ...this.#conversation, advances: this.#advances });
    this.#refused = new Map(decision.refused.map(({ advance, refusal }) => [advance, refusal]));
    return decision;
  }

  written(_events: readonly ReceiptEvent[], position: number): void {
    this.resolve({ position, refused: this.#refused });
  }
}
