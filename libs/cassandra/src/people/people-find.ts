import { type CassandraClient, mapBounded } from '../client/index.js';
import { boundsOf, initialOf, namesOnePartition, prefixOf, wordsOf, wordsOfPerson } from './names.js';
import { type Person, readPerson } from './person-rows.js';

/** Words of a query that are looked at; further ones are left out. */
const maxWords = 5;
/** Words of people that are looked at for the longest word of the query. */
const maxCandidates = 1_000;
/** Partitions asked at once when a query has a single character. */
const partitionsAtOnce = 8;
const peopleAtOnce = 16;

interface WordRow {
  readonly user_id: string;
  readonly username: string;
  readonly words: string;
}

/** Everybody who has a word beginning with each word of the query, by username, then by id. */
export async function findPeople(
  client: CassandraClient,
  generation: number,
  query: string,
  limit: number,
): Promise<readonly Person[]> {
  const [first, ...others] = wordsOf(query)
    .slice(0, maxWords)
    .toSorted((a, b) => b.length - a.length);
  if (first === undefined) return [];
  const rows = await candidates(client, generation, first);
  const fitting = new Map(
    rows.filter(({ words }) => hasAll(words.split(' '), others)).map((row) => [row.user_id, row]),
  );
  const inOrder = [...fitting.values()].toSorted(byName);
  const found: Person[] = [];
  for (let at = 0; at < inOrder.length && found.length < limit; at += peopleAtOnce) {
    const piece = inOrder.slice(at, at + peopleAtOnce);
    const people = await mapBounded(piece, peopleAtOnce, (row) => readPerson(client, generation, row.user_id));
    // A word may be there of a name that the person no longer has.
    for (const person of people)
      if (person !== null && hasAll(wordsOfPerson(person), [first, ...others])) found.push(person);
  }
  return found.slice(0, limit);
}

const byName = (a: WordRow, b: WordRow): number => {
  if (a.username === b.username) return a.user_id < b.user_id ? -1 : 1;
  return a.username < b.username ? -1 : 1;
};

const hasAll = (words: readonly string[], prefixes: readonly string[]): boolean =>
  prefixes.every((prefix) => words.some((word) => word.startsWith(prefix)));

/** In the order of the words, at most `maxCandidates`. */
async function candidates(client: CassandraClient, generation: number, beginning: string): Promise<readonly WordRow[]> {
  if (namesOnePartition(beginning)) return wordsIn(client, generation, prefixOf(beginning), beginning);
  const prefixes = await client.read<{ prefix: string }>(
    `SELECT prefix FROM people_word_prefixes WHERE generation = ? AND initial = ? LIMIT ${maxCandidates}`,
    [generation, initialOf(beginning)],
  );
  let found: readonly WordRow[] = [];
  for (let at = 0; at < prefixes.length && found.length < maxCandidates; at += partitionsAtOnce) {
    const piece = prefixes.slice(at, at + partitionsAtOnce);
    const rows = await mapBounded(piece, partitionsAtOnce, ({ prefix }) =>
      wordsIn(client, generation, prefix, beginning),
    );
    found = [...found, ...rows.flat()];
  }
  return found.slice(0, maxCandidates);
}

/** One slice of one partition. */
const wordsIn = (client: CassandraClient, generation: number, prefix: string, beginning: string) =>
  client.read<WordRow>(
    `SELECT user_id, username, words FROM people_words
     WHERE generation = ? AND prefix = ? AND word >= ? AND word < ? LIMIT ${maxCandidates}`,
    [generation, prefix, ...boundsOf(beginning)],
  );
