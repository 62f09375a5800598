import {
  isParked,
  OperationsRejected,
  type EventLogReader,
  type OperationOf,
  type Projection,
  type ProjectionName,
  type ProjectionStore,
} from '@parley/ports';
import { decodeBatch } from './decoded-batch.js';
import { evolveBatch } from './evolve-batch.js';

/** Applies one parked event again; true when it went through and is no longer parked. */
export async function retryParkedEvent<Name extends ProjectionName>(
  projection: Projection<Name>,
  log: Pick<EventLogReader, 'readAll'>,
  store: ProjectionStore<OperationOf<Name>>,
  position: number,
): Promise<boolean> {
  if (!(await isParked((page) => store.parked(page), position))) return false;
  const page = await log.readAll({ from: position, upTo: position, limit: 1 });
  const batch = decodeBatch(page.events, position);
  const { operations, parked } = evolveBatch(projection, batch, position - 1);
  if (parked.length > 0 || batch.events.length === 0) return false;
  try {
    await store.applyParked(position, operations);
  } catch (error) {
    if (error instanceof OperationsRejected) return false;
    throw error;
  }
  return true;
}
