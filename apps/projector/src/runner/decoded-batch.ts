import { decodeEvent, UndecodableEvent, type DecodedEvent, type ParleyEvent, type RecordedEvent } from '@parley/events';
import type { ParkedOperation } from '@parley/ports';

/** A batch of the feed, decoded once for all projections. */
export interface DecodedBatch {
  readonly events: readonly DecodedEvent<ParleyEvent>[];
  /** What nobody can decode: every projection parks it. */
  readonly undecodable: readonly ParkedOperation[];
  readonly checkpoint: number;
}

export function decodeBatch(recorded: readonly RecordedEvent[], checkpoint: number): DecodedBatch {
  const events: DecodedEvent<ParleyEvent>[] = [];
  const undecodable: ParkedOperation[] = [];
  for (const event of recorded) {
    try {
      events.push(decodeEvent(event));
    } catch (error) {
      if (!(error instanceof UndecodableEvent)) throw error;
      undecodable.push(
        parkedEvent(event, error.cause === undefined ? error.reason : `${error.reason}: ${reasonOf(error.cause)}`),
      );
    }
  }
  return { events, undecodable, checkpoint };
}

export const parkedEvent = ({ position, stream, type }: RecordedEvent, reason: string): ParkedOperation => ({
  position,
  stream,
  type,
  reason,
});

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
