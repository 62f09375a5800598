import {
  OperationsRejected,
  type OperationOf,
  type ParkedOperation,
  type Projection,
  type ProjectionBatch,
  type ProjectionName,
  type ProjectionStore,
  type Replay,
} from '@parley/ports';
import { decodeBatch, type DecodedBatch } from './decoded-batch.js';
import { evolveBatch, parkRejected, type EvolvedBatch } from './evolve-batch.js';

const pageSize = 4_096;

/** Takes the events after `from` up to `to` through a projection into a store, page by page. */
export async function replay<Name extends ProjectionName>(
  projection: Projection<Name>,
  { log, store, from, to, onPage }: Replay<OperationOf<Name>>,
): Promise<void> {
  for (let reached = from; reached < to;) {
    const page = await log.readAll({ after: reached, upTo: to, limit: pageSize });
    const checkpoint = page.atEnd ? to : Math.min(page.considered, to);
    const batch = decodeBatch(page.events, checkpoint);
    await applyEvolved(store, batch, evolveBatch(projection, batch, reached));
    reached = checkpoint;
    onPage?.(page.events.length);
  }
}

/** Called before events are parked; rejecting keeps the batch from being applied. */
export type BeforeParking = (parked: readonly ParkedOperation[]) => Promise<void>;

export interface ApplyOptions extends Pick<ProjectionBatch<unknown>, 'after' | 'rowsOnly'> {
  readonly beforeParking?: BeforeParking | undefined;
}

/** What the store refuses is parked, the rest applied. Answers what was applied. */
export async function applyEvolved<Name extends ProjectionName>(
  store: ProjectionStore<OperationOf<Name>>,
  batch: DecodedBatch,
  evolved: EvolvedBatch<Name>,
  { beforeParking, after, rowsOnly = false }: ApplyOptions = {},
): Promise<EvolvedBatch<Name>> {
  for (let current = evolved; ;) {
    if (current.parked.length > 0) await beforeParking?.(current.parked);
    try {
      await store.apply({ ...current, checkpoint: batch.checkpoint, after, rowsOnly });
      return current;
    } catch (error) {
      if (!(error instanceof OperationsRejected)) throw error;
      current = parkRejected(current, batch, error.reasons);
    }
  }
}
