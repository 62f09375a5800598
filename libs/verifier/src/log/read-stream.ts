import { decodeEvent, type ParleyEvent, type RecordedEvent, UndecodableEvent } from '@parley/events';
import type { LogSource } from '../sources.js';

export interface StreamEvent {
  readonly event: ParleyEvent;
  readonly recorded: RecordedEvent;
}

const pageSize = 2_048;

/** A stream from its beginning to its end as it is when that is reached. What does not decode was found by `LogCheck`. */
export async function* readStream(log: LogSource, stream: string): AsyncIterable<readonly StreamEvent[]> {
  for (let from = 0; ;) {
    const page = await log.readStream(stream, { from, limit: pageSize });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page.flatMap(decoded);
    if (page.length < pageSize) return;
    from = last.revision + 1;
  }
}

/** Position of the last event; 0: there is none. */
export async function headOf(log: LogSource, stream: string): Promise<number> {
  const [last] = await log.readStream(stream, { limit: 1, direction: 'backwards' });
  return last?.position ?? 0;
}

function decoded(recorded: RecordedEvent): StreamEvent[] {
  try {
    return [{ event: decodeEvent(recorded).event, recorded }];
  } catch (error) {
    if (error instanceof UndecodableEvent) return [];
    throw error;
  }
}
