import type { PeopleReader } from '@parley/ports';
import type { ServingGenerations } from '../checkpoints/index.js';
import { type CassandraClient, mapBounded } from '../client/index.js';
import { findPeople } from './people-find.js';
import { type PeopleChanges, peopleChanges } from './people-changes.js';
import { personJson, readPerson, readUserIdOfName } from './person-rows.js';

const peopleAtOnce = 16;

/** The directory of people. Every method fails with ReadModelUnavailable while the engine or the rows are away. */
export class CassandraPeopleReader implements PeopleReader {
  constructor(
    private readonly client: CassandraClient,
    private readonly generations: ServingGenerations,
  ) {}

  async byIds(userIds: readonly string[]): Promise<readonly string[]> {
    const generation = await this.generations.of('people');
    const people = await mapBounded(userIds, peopleAtOnce, (userId) => readPerson(this.client, generation, userId));
    return people.filter((person) => person !== null).map(personJson);
  }

  async byUsername(username: string): Promise<string | null> {
    const generation = await this.generations.of('people');
    const userId = await readUserIdOfName(this.client, generation, username);
    const person = userId === null ? null : await readPerson(this.client, generation, userId);
    return person === null ? null : personJson(person);
  }

  async find(query: string, limit: number): Promise<readonly string[]> {
    const people = await findPeople(this.client, await this.generations.of('people'), query, limit);
    return people.map(personJson);
  }

  async presenceVisibility(userId: string): Promise<'shared' | 'nobody'> {
    const person = await readPerson(this.client, await this.generations.of('people'), userId);
    return person?.visibility ?? 'shared';
  }

  /** For syncing: who changed their profile above `after` up to `upTo`, in position order, a page at a time. */
  async changes(after: number, upTo: number, limit: number): Promise<PeopleChanges> {
    return peopleChanges(this.client, await this.generations.of('people'), after, upTo, limit);
  }
}
