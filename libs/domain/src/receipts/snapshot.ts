import { PersistentMap } from '../persistent-map.js';
import type { ReceiptsState, Watermarks } from './state.js';

/** Raise it with every change of ReceiptsSnapshot or of what evolve does: older snapshots are then not read. */
export const receiptsSnapshotVersion = 1;

/** The state as plain JSON. */
export type ReceiptsSnapshot = readonly (readonly [
  userId: string,
  devices: readonly (readonly [deviceId: string, delivered: number, read: number])[],
])[];

export const receiptsToSnapshot = (state: ReceiptsState): ReceiptsSnapshot =>
  Array.from(state, ([userId, devices]) => [
    userId,
    Array.from(devices, ([deviceId, { delivered, read }]) => [deviceId, delivered, read] as const),
  ]);

/** `snapshot`: made by receiptsToSnapshot with this receiptsSnapshotVersion. */
export const receiptsFromSnapshot = (snapshot: unknown): ReceiptsState =>
  PersistentMap.from(
    (snapshot as ReceiptsSnapshot).map(([userId, devices]): [string, ReadonlyMap<string, Watermarks>] => [
      userId,
      new Map(devices.map(([deviceId, delivered, read]) => [deviceId, { delivered, read }])),
    ]),
  );
