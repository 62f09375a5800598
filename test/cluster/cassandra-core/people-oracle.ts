import type { PeopleOperation } from '@parley/ports';
import { tokenText } from '@parley/platform/search';

interface OraclePerson {
  readonly id: string;
  readonly username: string;
  readonly registered: number;
  displayName: string;
  about: string | null;
  visibility: 'shared' | 'nobody';
  changed: number | null;
}

/** The directory as a plain fold and plain loops: what any engine must answer. */
export class PeopleOracle {
  readonly people = new Map<string, OraclePerson>();

  apply(operation: PeopleOperation): void {
    const { userId, displayName } = operation;
    if (operation.type === 'register') {
      const { username } = operation;
      if (this.people.has(userId)) return;
      const person = { id: userId, username, registered: operation.position, about: null };
      this.people.set(userId, { ...person, displayName: operation.displayName, visibility: 'shared', changed: null });
      return;
    }
    const person = this.people.get(userId);
    if (person === undefined) throw new Error(`nobody is ${userId}`);
    person.displayName = displayName ?? person.displayName;
    person.about = operation.about ?? person.about;
    person.visibility = operation.presenceVisibility ?? person.visibility;
    person.changed = operation.position;
  }

  view(userId: string): unknown {
    const person = this.people.get(userId);
    if (person === undefined) return null;
    const { id, username, displayName, about } = person;
    return { id, username, displayName, about };
  }

  /** Whose name it is. */
  named(username: string): unknown {
    const [first] = [...this.people.values()]
      .filter((person) => person.username === username)
      .toSorted((a, b) => a.registered - b.registered);
    return first === undefined ? null : this.view(first.id);
  }

  find(query: string): readonly string[] {
    const prefixes = words(query);
    if (prefixes.length === 0) return [];
    const fitting = [...this.people.values()].filter(({ username, displayName }) => {
      const named = words(`${username} ${displayName}`);
      return prefixes.every((prefix) => named.some((word) => word.startsWith(prefix)));
    });
    return fitting.toSorted((a, b) => (nameAndId(a) < nameAndId(b) ? -1 : 1)).map(({ id }) => id);
  }

  changed(after: number, upTo: number): readonly { readonly userId: string; readonly position: number }[] {
    return [...this.people.values()]
      .flatMap(({ id: userId, changed }) => (changed === null ? [] : [{ userId, position: changed }]))
      .filter(({ position }) => position > after && position <= upTo)
      .toSorted((a, b) => a.position - b.position);
  }
}

const nameAndId = ({ username, id }: OraclePerson): string => `${username} ${id}`;

const words = (text: string): readonly string[] =>
  tokenText(text)
    .split(' ')
    .filter((word) => word !== '');
