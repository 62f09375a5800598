import type { ParleyEvent } from '@parley/events';
import {
  OperationsRejected,
  type ParkedPage,
  parkedPageOf,
  type ParkedRecord,
  type ProjectionBatch,
  type ProjectionStore,
  StoreReplaced,
} from '@parley/ports';

/** Keeps operations instead of rows, and fails when told to. */
export class MemoryStore implements ProjectionStore<{ readonly position: number }> {
  saved = 0;
  opened = 0;
  readonly operations: { readonly position: number }[] = [];
  readonly #parked = new Map<number, ParkedRecord>();
  broken = false;
  /** Others are to be written. */
  replaced = false;
  keepsCheckpointApart = false;
  reject: ReadonlyMap<number, string> = new Map();

  async checkpoint() {
    return this.saved;
  }
  async apply({ operations, parked, checkpoint, after, rowsOnly }: ProjectionBatch<{ readonly position: number }>) {
    await after;
    if (this.broken) throw new Error('the disk is full');
    if (this.replaced) throw new StoreReplaced('others are written now');
    const rejected = new Map([...this.reject].filter(([position]) => operations.some((o) => o.position === position)));
    if (rejected.size > 0) throw new OperationsRejected(rejected);
    this.operations.push(...operations);
    for (const event of parked) this.#parked.set(event.position, { ...event, parkedAt: 0 });
    if (rowsOnly !== true) this.saved = checkpoint;
  }
  async applyParked(position: number, operations: readonly { readonly position: number }[]) {
    if (this.reject.has(position)) throw new OperationsRejected(this.reject);
    this.operations.push(...operations);
    this.#parked.delete(position);
  }
  async parked(page?: ParkedPage) {
    return parkedPageOf(this.#parked.values(), page);
  }
  async close() {
    // Stays what it is: the next to open it goes on.
  }
}

export const started: ParleyEvent = {
  type: 'ConversationStarted.v1',
  data: {
    conversationId: 'cnv_1',
    kind: 'group',
    title: null,
    description: null,
    members: [{ userId: 'usr_a', role: 'owner' }],
    startedBy: 'usr_a',
  },
};
export const sent = (sequence: number): ParleyEvent => ({
  type: 'MessageSent.v1',
  data: {
    sequence,
    messageId: `msg_${sequence}`,
    clientMessageId: `c${sequence}`,
    senderId: 'usr_a',
    content: { type: 'text.v1', text: 'hi' },
  },
});
