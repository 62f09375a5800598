import { OperationsRejected, type PeopleOperation } from '@parley/ports';
import { expect, it } from 'vitest';
import { foldPeople } from './people-fold.js';
import type { Person } from './person-rows.js';

/** The people as they are in the end. */
const endOf = (...args: Parameters<typeof foldPeople>): ReadonlyMap<string, Person> =>
  new Map([...foldPeople(...args)].map(([userId, states]) => [userId, states.at(-1) ?? states[0]]));
const nobody: ReadonlyMap<string, Person> = new Map();
const register = (position: number, name: string, userId = `usr_${name}`): PeopleOperation => ({
  type: 'register',
  position,
  userId,
  username: name,
  displayName: name.toUpperCase(),
});
const change = (position: number, name: string, about: string): PeopleOperation => ({
  type: 'change-profile',
  position,
  userId: `usr_${name}`,
  about,
});

it('keeps what a change does not speak of', () => {
  const after = endOf(nobody, [register(1, 'ann'), change(2, 'ann', 'here'), { ...change(3, 'ann', 'there') }]);
  expect(after.get('usr_ann')).toEqual({
    userId: 'usr_ann',
    username: 'ann',
    displayName: 'ANN',
    about: 'there',
    visibility: 'shared',
    registered: 1,
    changed: 3,
  });
});

it('passes over what is there already, as a whole and in part', () => {
  const operations = [register(1, 'ann'), change(2, 'ann', 'a'), change(3, 'ann', 'b')];
  const before = endOf(nobody, operations.slice(0, 2));
  expect(endOf(before, operations.slice(0, 2)).size).toBe(0);
  expect(endOf(before, operations).get('usr_ann')).toMatchObject({ about: 'b', changed: 3 });
});

it('keeps everybody who registers with one name', () => {
  const after = endOf(nobody, [register(1, 'ann'), register(2, 'ann', 'usr_other')]);
  expect([...after.values()]).toMatchObject([
    { userId: 'usr_ann', username: 'ann', registered: 1 },
    { userId: 'usr_other', username: 'ann', registered: 2 },
  ]);
});

it('refuses changes of nobody, each by its position, and nothing else', () => {
  const operations = [register(1, 'ann'), change(2, 'carl', 'x'), change(3, 'bob', 'x'), change(4, 'ann', 'y')];
  const rejected = (() => {
    try {
      endOf(nobody, operations);
      return null;
    } catch (error) {
      return error;
    }
  })();
  expect(rejected).toBeInstanceOf(OperationsRejected);
  expect([...(rejected as OperationsRejected).reasons.keys()]).toEqual([2, 3]);
  expect(endOf(nobody, [operations[0]!, operations[3]!]).get('usr_ann')).toMatchObject({ about: 'y' });
});

it('changes nothing when somebody registers again', () => {
  const people = endOf(nobody, [register(1, 'ann'), change(2, 'ann', 'a')]);
  expect(endOf(people, [register(5, 'ann')]).size).toBe(0);
});

it('applies a parked change late, on top of what came after it', () => {
  const before = endOf(nobody, [register(1, 'ann'), change(5, 'ann', 'newer')]);
  expect(endOf(before, [change(3, 'ann', 'parked')], true).get('usr_ann')).toMatchObject({
    about: 'parked',
    changed: 5,
  });
  expect(endOf(before, [register(1, 'ann')], true).size).toBe(0);
});

it('tells what each was on the way: a process that died may have left hints of it', () => {
  const states = foldPeople(nobody, [
    register(1, 'ann'),
    change(2, 'ann', 'a'),
    register(3, 'bob'),
    change(4, 'ann', 'b'),
  ]);
  expect(states.get('usr_ann')).toMatchObject([
    { about: null, changed: null },
    { about: 'a', changed: 2 },
    { about: 'b', changed: 4 },
  ]);
  expect(states.get('usr_bob')).toHaveLength(1);
});
