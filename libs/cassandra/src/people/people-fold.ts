import { OperationsRejected, type PeopleOperation } from '@parley/ports';
import { type Person, positionOf } from './person-rows.js';

/** What is in the rows about everybody that a batch speaks of. */
export interface PeopleBefore {
  readonly people: ReadonlyMap<string, Person>;
  /** Username to user id. */
  readonly owners: ReadonlyMap<string, string>;
}

/**
 * The people that a batch changes, as they are after it. What a row holds already is left out: a repeated event, also
 * in the midst of a batch, changes nothing. `late`: a parked event, from before what the rows hold, is applied all the
 * same, on top of it.
 * @throws OperationsRejected
 */
export function foldPeople(
  before: PeopleBefore,
  operations: readonly PeopleOperation[],
  late = false,
): ReadonlyMap<string, Person> {
  const after = new Map<string, Person>();
  const owners = new Map(before.owners);
  const reasons = new Map<number, string>();
  for (const operation of operations) {
    const { position, userId } = operation;
    const person = after.get(userId) ?? before.people.get(userId);
    switch (operation.type) {
      case 'register': {
        const { username, displayName } = operation;
        const owner = owners.get(username) ?? userId;
        if (person !== undefined) break;
        if (owner !== userId) {
          reasons.set(position, `the username ${username} is somebody else's`);
          break;
        }
        owners.set(username, userId);
        const state = { about: null, visibility: 'shared', registered: position, changed: null } as const;
        after.set(userId, { userId, username, displayName, ...state });
        break;
      }
      case 'change-profile':
        if (person === undefined) reasons.set(position, `there is no person ${userId}`);
        else if (late || positionOf(person) < position) after.set(userId, changed(person, operation));
        break;
      default:
        throw new TypeError(`no rule for ${JSON.stringify(operation satisfies never)}`);
    }
  }
  if (reasons.size > 0) throw new OperationsRejected(reasons);
  return after;
}

function changed(person: Person, operation: PeopleOperation & { readonly type: 'change-profile' }): Person {
  const { displayName, about, presenceVisibility, position } = operation;
  return {
    ...person,
    displayName: displayName ?? person.displayName,
    about: about ?? person.about,
    visibility: presenceVisibility ?? person.visibility,
    changed: Math.max(person.changed ?? 0, position),
  };
}
