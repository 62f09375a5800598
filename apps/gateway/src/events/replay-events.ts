import type { EventFilter, EventLogReader } from '@parley/ports';
import type { RecordedEvent } from '@parley/events';

export interface EventReplay {
  readonly after: number;
  /** Inclusive. */
  readonly upTo: number | undefined;
  readonly filter: EventFilter;
  readonly limit: number;
  /** Goes on with what is stored from now on, until aborted. */
  readonly live: boolean;
  readonly signal: AbortSignal;
}

const eventsPerPage = 512;

/** Stored events in batches, in the order of the log. Nothing is read ahead of the consumer but one batch. */
export async function* replayEvents(
  log: Pick<EventLogReader, 'readAll' | 'subscribe' | 'info'>,
  replay: EventReplay,
): AsyncGenerator<readonly RecordedEvent[]> {
  let left = replay.limit;
  for await (const batch of replay.live ? liveBatches(log, replay) : storedBatches(log, replay)) {
    const events = batch.slice(0, left);
    left -= events.length;
    yield events;
    if (left <= 0 || replay.signal.aborted) return;
  }
}

async function* storedBatches(
  log: Pick<EventLogReader, 'readAll' | 'info'>,
  { after, upTo, filter, signal }: EventReplay,
): AsyncGenerator<readonly RecordedEvent[]> {
  // What is stored while this is read is not part of it: it ends.
  const { lastPosition } = await log.info();
  const end = Math.min(upTo ?? lastPosition, lastPosition);
  for (let from = after; from < end && !signal.aborted;) {
    const page = await log.readAll({ after: from, upTo: end, filter, limit: eventsPerPage });
    yield page.events;
    if (page.atEnd || page.considered <= from) return;
    from = page.considered;
  }
}

async function* liveBatches(
  log: Pick<EventLogReader, 'subscribe'>,
  { after, upTo = Infinity, filter, signal }: EventReplay,
): AsyncGenerator<readonly RecordedEvent[]> {
  const subscription = log.subscribe({ after, filter, maxBatch: eventsPerPage });
  const close = (): void => subscription.close();
  signal.addEventListener('abort', close);
  try {
    if (signal.aborted) return;
    for await (const { events, checkpoint } of subscription) {
      yield events.filter((event) => event.position <= upTo);
      if (checkpoint >= upTo) return;
    }
  } finally {
    signal.removeEventListener('abort', close);
    subscription.close();
  }
}
