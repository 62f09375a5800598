import { OperationsRejected, type PeopleOperation } from '@parley/ports';
import { type Person, positionOf } from './person-rows.js';

/**
 * The people that a batch changes, as they are after each of its changes: the last state is what they are after it. The
 * ones before it may have left hints, if a process that cut its batches elsewhere died before it wrote the row. `before`:
 * the rows of everybody that it speaks of. What a row holds already is left out: a repeated event, also in the midst of a
 * batch, changes nothing. `late`: a parked event, from before what the rows hold, is applied all the same, on top of it.
 * Whose a name is is not asked here: somebody of another partition may have it.
 * @throws OperationsRejected
 */
export function foldPeople(
  before: ReadonlyMap<string, Person>,
  operations: readonly PeopleOperation[],
  late = false,
): ReadonlyMap<string, readonly [Person, ...Person[]]> {
  const after = new Map<string, [Person, ...Person[]]>();
  const reasons = new Map<number, string>();
  for (const operation of operations) {
    const { position, userId } = operation;
    const states = after.get(userId);
    const person = states?.at(-1) ?? before.get(userId);
    const become = (next: Person): void => {
      if (states === undefined) after.set(userId, [next]);
      else states.push(next);
    };
    switch (operation.type) {
      case 'register': {
        if (person !== undefined) break;
        const { username, displayName } = operation;
        const state = { about: null, visibility: 'shared', registered: position, changed: null } as const;
        become({ userId, username, displayName, ...state });
        break;
      }
      case 'change-profile':
        if (person === undefined) reasons.set(position, `there is no person ${userId}`);
        else if (late || positionOf(person) < position) become(changed(person, operation));
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
