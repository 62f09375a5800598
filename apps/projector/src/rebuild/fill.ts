import type { AllPage, EventLogReader, OperationOf, Projection, ProjectionName, ProjectionStore } from '@parley/ports';
import { decodeBatch } from '../runner/decoded-batch.js';
import { evolveBatch } from '../runner/evolve-batch.js';
import { applyEvolved } from '../runner/replay.js';

/** Small enough not to hold up what else the process does; large enough that rows of a conversation travel together. */
const pageSize = 2_048;

export interface Fill<Name extends ProjectionName> {
  readonly projection: Projection<Name>;
  readonly log: Pick<EventLogReader, 'readAll'>;
  readonly store: ProjectionStore<OperationOf<Name>>;
  /** Exclusive. */
  readonly from: number;
  /** Inclusive; no further than the end of the log. */
  readonly to: number;
  readonly signal: AbortSignal;
  /** After each page that is in the rows, its checkpoint too. */
  readonly onPage: (events: number, position: number) => Promise<void>;
}

/** Takes a stretch of the log into a store; while one page is written the next is read. In memory are these two. */
export async function fill<Name extends ProjectionName>(options: Fill<Name>): Promise<void> {
  const { projection, log, store, from, to, signal, onPage } = options;
  const read = (after: number): Promise<AllPage> => {
    const page = log.readAll({ after, upTo: to, limit: pageSize });
    page.catch(() => undefined);
    return page;
  };
  let next = from < to ? read(from) : null;
  for (let reached = from; next !== null;) {
    signal.throwIfAborted();
    const page: AllPage = await next;
    const checkpoint = page.atEnd ? to : Math.min(page.considered, to);
    next = checkpoint < to ? read(checkpoint) : null;
    const batch = decodeBatch(page.events, checkpoint);
    await applyEvolved(store, batch, evolveBatch(projection, batch, reached));
    reached = checkpoint;
    await onPage(page.events.length, checkpoint);
  }
}
