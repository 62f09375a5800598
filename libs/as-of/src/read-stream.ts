import { decodeEvent, type ParleyEvent, type RecordedEvent, UndecodableEvent } from '@parley/events';

/** The log, as far as a conversation as of a moment needs it. */
export interface StreamSource {
  /** In revision order, from this revision on; empty at the end. */
  readStream(
    stream: string,
    options: { readonly from?: number; readonly limit: number },
  ): Promise<readonly RecordedEvent[]>;
  /** null: there is no such stream. */
  streamInfo(stream: string): Promise<{ readonly lastRevision: number } | null>;
}

export interface StreamEvent {
  readonly event: ParleyEvent;
  readonly recorded: RecordedEvent;
}

const pageSize = 1_024;

/** Events of a stream in order, from a revision on, up to and with a position. One page at a time is held. */
export async function* eventsOf(
  log: StreamSource,
  stream: string,
  { from = 0, upTo = Infinity }: { readonly from?: number; readonly upTo?: number } = {},
): AsyncGenerator<StreamEvent> {
  for (let next = from; ;) {
    const page = await log.readStream(stream, { from: next, limit: pageSize });
    for (const recorded of page) {
      if (recorded.position > upTo) return;
      const event = decoded(recorded);
      if (event !== null) yield { event, recorded };
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    next = last.revision + 1;
  }
}

/** The last event for which `isBefore` holds, by halving: it must hold for a beginning of the stream. Null: for none. */
export async function lastBefore(
  log: StreamSource,
  stream: string,
  isBefore: (recorded: RecordedEvent) => boolean,
): Promise<RecordedEvent | null> {
  let found: RecordedEvent | null = null;
  let low = 0;
  let high = (await log.streamInfo(stream))?.lastRevision ?? -1;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const [recorded] = await log.readStream(stream, { from: middle, limit: 1 });
    if (recorded !== undefined && isBefore(recorded)) {
      found = recorded;
      low = middle + 1;
    } else high = middle - 1;
  }
  return found;
}

/** What this build cannot read is shown nowhere; the projections have parked it. */
function decoded(recorded: RecordedEvent): ParleyEvent | null {
  try {
    return decodeEvent(recorded).event;
  } catch (error) {
    if (error instanceof UndecodableEvent) return null;
    throw error;
  }
}
