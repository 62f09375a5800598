import type { FeedBatch } from '@parley/ports';

/**
 * Rows of one partition that outlive everything: positions with the event that is there, and a checkpoint. Writing an
 * event again changes nothing. Fails when told to, before, in the middle of or after a write.
 */
export class RecordingStore {
  readonly rows = new Map<number, string>();
  checkpoint = 0;
  readonly problems: string[] = [];
  fails: () => 'no' | 'before' | 'half' | 'after' = () => 'no';
  /** Positions that the partition has up to one: what a checkpoint promises. */
  constructor(private readonly positionsUpTo: (position: number) => readonly number[]) {}

  async begin(): Promise<number> {
    if (this.fails() === 'before') throw new Error('the store does not answer');
    return this.checkpoint;
  }

  async take(batch: FeedBatch, signal: AbortSignal): Promise<void> {
    const how = this.fails();
    await Promise.resolve();
    signal.throwIfAborted();
    if (how === 'before') throw new Error('the store does not answer');
    const positions = batch.events.map(({ position }) => position);
    if (positions.some((position, index) => index > 0 && position <= (positions[index - 1] ?? 0))) {
      this.problems.push(`out of order: ${positions.join()}`);
    }
    if ((positions.at(-1) ?? 0) > batch.checkpoint) this.problems.push(`beyond the checkpoint: ${positions.join()}`);
    for (const [index, event] of batch.events.entries()) {
      if (how === 'half' && index >= batch.events.length / 2) throw new Error('the store broke off');
      this.rows.set(event.position, event.eventId);
    }
    for (const position of this.positionsUpTo(batch.checkpoint)) {
      if (!this.rows.has(position)) this.problems.push(`${batch.checkpoint} is said to be reached without ${position}`);
    }
    this.checkpoint = Math.max(this.checkpoint, batch.checkpoint);
    if (how === 'after') throw new Error('the answer was lost');
  }
}
