import type { OperationOf, ParkedOperation, Projection, ProjectionName } from '@parley/ports';
import { parkedEvent, reasonOf, type DecodedBatch } from './decoded-batch.js';

/** What one projection makes of a batch. */
export interface EvolvedBatch<Name extends ProjectionName> {
  readonly operations: readonly OperationOf<Name>[];
  readonly parked: readonly ParkedOperation[];
}

/** Leaves out what the store has already (at or below `after`), and parks events that evolve cannot deal with. */
export function evolveBatch<Name extends ProjectionName>(
  projection: Projection<Name>,
  batch: DecodedBatch,
  after: number,
): EvolvedBatch<Name> {
  const operations: OperationOf<Name>[] = [];
  const parked = batch.undecodable.filter((event) => event.position > after);
  for (const event of batch.events) {
    if (event.recorded.position <= after) continue;
    try {
      for (const operation of projection.evolve(event)) operations.push(operation);
    } catch (error) {
      parked.push(parkedEvent(event.recorded, reasonOf(error)));
    }
  }
  return { operations, parked };
}

/** Without the events that the store refused; they are parked with its reasons. */
export function parkRejected<Name extends ProjectionName>(
  evolved: EvolvedBatch<Name>,
  batch: DecodedBatch,
  reasons: ReadonlyMap<number, string>,
): EvolvedBatch<Name> {
  const rejected = batch.events
    .filter((event) => reasons.has(event.recorded.position))
    .map((event) => parkedEvent(event.recorded, reasons.get(event.recorded.position) ?? ''));
  return {
    operations: evolved.operations.filter((operation) => !reasons.has(operation.position)),
    parked: [...evolved.parked, ...rejected],
  };
}
