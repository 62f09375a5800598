import { comparePositions } from '../position.js';
import type { Held } from './local-state.js';

export const isNewer = (position: string, held: Held<unknown> | null | undefined): boolean =>
  held === null || held === undefined || comparePositions(position, held.position) > 0;

/** Keeps at most `limit`: those longest unchanged go. */
export function keepNewest<T>(map: Map<string, T>, key: string, value: T, limit: number): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= limit) break;
    map.delete(oldest);
  }
}
