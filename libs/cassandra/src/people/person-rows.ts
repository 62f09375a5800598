import type { CassandraClient } from '../client/index.js';

export interface Person {
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly about: string | null;
  readonly visibility: 'shared' | 'nobody';
  /** Positions of the registration and of the last change; null before the first change. */
  readonly registered: number;
  readonly changed: number | null;
}

const selectPerson = `SELECT user_id AS "userId", username, display_name AS "displayName", about, visibility, registered, changed
  FROM people WHERE generation = ? AND user_id = ?`;

export const readPerson = (client: CassandraClient, generation: number, userId: string): Promise<Person | null> =>
  client.readOne<Person>(selectPerson, [generation, userId]);

export async function readUserIdOfName(
  client: CassandraClient,
  generation: number,
  username: string,
): Promise<string | null> {
  const row = await client.readOne<{ user_id: string }>(
    'SELECT user_id FROM people_by_username WHERE generation = ? AND username = ?',
    [generation, username],
  );
  return row?.user_id ?? null;
}

/** Where the person is as of. */
export const positionOf = (person: Person): number => person.changed ?? person.registered;

export const personJson = ({ userId, username, displayName, about }: Person): string =>
  JSON.stringify({ id: userId, username, displayName, about });

/** Changes of profiles lie by position in buckets of this many positions, so that no partition grows for ever. */
const bucketSize = 2 ** 24;

export const bucketOf = (position: number): number => Math.floor(position / bucketSize);
