import { type CassandraClient, mapBounded } from '../client/index.js';
import { bucketOf, personJson, readPerson } from './person-rows.js';

export interface PersonChange {
  readonly userId: string;
  /** Of the person's last change. */
  readonly position: number;
  /** The person view as it is now. */
  readonly json: string;
}

export interface PeopleChanges {
  /** In position order; who changed again since is found at the later position only. */
  readonly changes: readonly PersonChange[];
  /** Everything up to here was looked at. */
  readonly upTo: number;
}

/** Buckets named by one look; the rest is for the next page. */
const maxBuckets = 64;
const peopleAtOnce = 16;

/** Who changed their profile above `after`, up to and including `upTo`; looks at `limit` changes at most. */
export async function peopleChanges(
  client: CassandraClient,
  generation: number,
  after: number,
  upTo: number,
  limit: number,
): Promise<PeopleChanges> {
  const buckets = await client.read<{ bucket: number }>(
    `SELECT bucket FROM people_change_buckets WHERE generation = ? AND bucket >= ? AND bucket <= ? LIMIT ${maxBuckets}`,
    [generation, bucketOf(after), bucketOf(upTo)],
  );
  const rows: { readonly position: number; readonly user_id: string }[] = [];
  let last = 0;
  for (const { bucket } of buckets) {
    if (rows.length >= limit) break;
    last = bucket;
    rows.push(...(await rowsOfBucket(client, generation, bucket, after, upTo, limit - rows.length)));
  }
  const changes = await mapBounded(rows, peopleAtOnce, async ({ position, user_id: userId }) => {
    const person = await readPerson(client, generation, userId);
    return person?.changed === position ? [{ userId, position, json: personJson(person) }] : [];
  });
  const cut = rows.length >= limit ? (rows.at(-1)?.position ?? upTo) : upTo;
  // Of the buckets beyond the last one looked at nothing is known.
  const known = buckets.length === maxBuckets ? Math.min(cut, endOfBucket(last)) : cut;
  return { changes: changes.flat(), upTo: Math.min(known, upTo) };
}

function endOfBucket(bucket: number): number {
  const width = 2 ** 24;
  return (bucket + 1) * width - 1;
}

const rowsOfBucket = (
  client: CassandraClient,
  generation: number,
  bucket: number,
  after: number,
  upTo: number,
  limit: number,
) =>
  client.read<{ position: number; user_id: string }>(
    `SELECT position, user_id FROM people_changes
     WHERE generation = ? AND bucket = ? AND position > ? AND position <= ? LIMIT ?`,
    [generation, bucket, after, upTo, limit],
  );
