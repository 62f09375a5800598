import type { Position } from '@eventstore/db-client';

/** An event whose place cannot be told by one number, or not at all. Permanent. */
export class UnusablePosition extends Error {
  override readonly name = 'UnusablePosition';
}

/**
 * EventStoreDB's positions are pairs. Of every event that committed itself (all but those of explicit transactions of
 * the old TCP protocol, which this system never used) both numbers are the same, so one integer is enough.
 * @throws UnusablePosition
 */
export function numberOf(position: Position | undefined, whose: () => string): number {
  if (position === undefined || position.commit > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new UnusablePosition(`${whose()} has no usable position: EventStoreDB 22.10 or later tells it`);
  }
  if (position.commit !== position.prepare) {
    throw new UnusablePosition(`${whose()} was written by a transaction (${position.commit}/${position.prepare})`);
  }
  return Number(position.commit);
}

/**
 * Of a checkpoint: everything up to here was considered. Its second number may be 0. null for those that mean nothing:
 * a server may send the largest number where it has considered nothing yet.
 */
export function checkpointOf({ commit }: Position): number | null {
  return commit > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(commit);
}

export const pairOf = (position: number): Position => ({ commit: BigInt(position), prepare: BigInt(position) });
