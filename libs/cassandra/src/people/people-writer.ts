import type { PeopleOperation } from '@parley/ports';
import type { RowWriter } from '../checkpoints/index.js';
import { type CassandraClient, deleteAt, insertAt, insertFirst, mapBounded, type Statement } from '../client/index.js';
import { checkAll, type Checks, key, optional, text } from '../read-models/common/checks.js';
import { initialOf, prefixOf, wordsOfPerson } from './names.js';
import { foldPeople } from './people-fold.js';
import { bucketOf, type Person, positionOf, readPerson } from './person-rows.js';

const savePerson = insertAt('people', [
  'generation',
  'user_id',
  'username',
  'display_name',
  'about',
  'visibility',
  'registered',
  'changed',
]);
/** Whichever partition comes first: the name is whose registration is first in the log. */
const saveName = insertFirst('people_by_username', ['generation', 'username', 'user_id']);
const saveWord = insertAt('people_words', ['generation', 'prefix', 'word', 'user_id', 'username', 'words']);
const dropWord = deleteAt('people_words', ['generation', 'prefix', 'word', 'user_id']);
const savePrefix = insertAt('people_word_prefixes', ['generation', 'initial', 'prefix']);
const saveChange = insertAt('people_changes', ['generation', 'bucket', 'position', 'user_id']);
const saveBucket = insertAt('people_change_buckets', ['generation', 'bucket']);

const ofPerson: Checks = { userId: key };
const checks: Readonly<Record<PeopleOperation['type'], Checks>> = {
  register: { username: key, displayName: text },
  'change-profile': { displayName: optional(text), about: optional(text), presenceVisibility: optional(text) },
};

interface Change {
  readonly person: Person;
  readonly old: Person | null;
  /** Where the batch passed on its way to `person`. */
  readonly between: readonly Person[];
  /** The position it is written at. */
  readonly asOf: number;
}

/** People looked up at once by one batch. */
const readConcurrency = 64;

/**
 * Writes one generation of `people`. The person's own row is written last, so a row that is there says that everything
 * else about it is there too; readers take the rest as a hint and look at the row.
 */
export class PeopleWriter implements RowWriter<PeopleOperation> {
  constructor(
    private readonly client: CassandraClient,
    private readonly generation: number,
  ) {}

  async write(operations: readonly PeopleOperation[], late?: number): Promise<void> {
    checkAll(operations, checks, ofPerson);
    const before = await this.#read(operations);
    const after = foldPeople(before, operations, late !== undefined);
    const changes = [...after.values()].map((states): Change => {
      const person = states.at(-1) ?? states[0];
      const old = before.get(person.userId) ?? null;
      return { person, old, between: states.slice(0, -1), asOf: late ?? positionOf(person) };
    });
    await this.client.writeAll(byPartition(changes.flatMap((change) => this.#hints(change))));
    await this.client.writeAll(changes.map(({ person, asOf }) => [this.#row(person, asOf)]));
  }

  async #read(operations: readonly PeopleOperation[]): Promise<ReadonlyMap<string, Person>> {
    const userIds = [...new Set(operations.map(({ userId }) => userId))];
    const found = await mapBounded(userIds, readConcurrency, (id) => readPerson(this.client, this.generation, id));
    return new Map(found.filter((person) => person !== null).map((person) => [person.userId, person]));
  }

  #row(person: Person, asOf: number): Statement {
    const { userId, username, displayName, about, visibility, registered, changed } = person;
    // What is null was never set: leaving it out spares a tombstone.
    const [told, at] = [about ?? undefined, changed ?? undefined];
    return savePerson(asOf, this.generation, userId, username, displayName, told, visibility, registered, at);
  }

  /** Each with the partition it goes to. */
  #hints({ person, old, between, asOf: position }: Change): readonly [string, Statement][] {
    const { generation } = this;
    const { userId, username } = person;
    const words = wordsOfPerson(person);
    const earlier = [...(old === null ? [] : [old]), ...between];
    const gone = new Set(earlier.flatMap(wordsOfPerson).filter((word) => !words.includes(word)));
    const all = words.join(' ');
    const hints: [string, Statement][] = [];
    for (const word of words) {
      const [prefix, initial] = [prefixOf(word), initialOf(word)];
      hints.push([`word ${prefix}`, saveWord(position, generation, prefix, word, userId, username, all)]);
      hints.push([`initial ${initial}`, savePrefix(position, generation, initial, prefix)]);
    }
    for (const word of gone) {
      hints.push([`word ${prefixOf(word)}`, dropWord(position, generation, prefixOf(word), word, userId)]);
    }
    if (old === null) hints.push([`name ${username}`, saveName(person.registered, generation, username, userId)]);
    if (person.changed !== null) {
      const bucket = bucketOf(person.changed);
      hints.push([`bucket ${bucket}`, saveChange(position, generation, bucket, person.changed, userId)]);
      hints.push(['buckets', saveBucket(position, generation, bucket)]);
    }
    return hints;
  }
}

function byPartition(hints: readonly (readonly [string, Statement])[]): readonly (readonly Statement[])[] {
  const groups = Map.groupBy(hints, ([partition]) => partition);
  return [...groups.values()].map((group) => group.map(([, statement]) => statement));
}
