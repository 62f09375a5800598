import { maxParkedPage, type ParkedPage, type ParkedRecord } from '@parley/ports';
import type { DatabaseSync } from 'node:sqlite';

const query = `SELECT position, stream, type, reason, parked_at AS parkedAt FROM parked
  WHERE position > ? ORDER BY position LIMIT ?`;

/** Of one projection file, by position. */
export const readParked = (
  db: DatabaseSync,
  { after = -1, limit = maxParkedPage }: ParkedPage = {},
): readonly ParkedRecord[] => db.prepare(query).all(after, limit) as unknown as ParkedRecord[];
