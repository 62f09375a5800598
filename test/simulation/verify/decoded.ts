import { decodeEvent, type ParleyEvent, type RecordedEvent, UndecodableEvent } from '@parley/events';

/** An event of the log, decoded: null when it does not decode. */
export function decodedOf(recorded: RecordedEvent): ParleyEvent | null {
  try {
    return decodeEvent(recorded).event;
  } catch (error) {
    if (error instanceof UndecodableEvent) return null;
    throw error;
  }
}
