import { type Signal, useSignal } from '@preact/signals';
import type { PersonView } from '@parley/client';
import { useEffect } from 'preact/hooks';
import { call, userId } from '../model/chat.js';
import { Avatar } from './avatar.js';

const pauseMs = 200;

/** Finds people by name while one types, and gathers those that were chosen. `single`: choosing one is all. */
export function PeoplePicker({
  chosen,
  single = false,
  except = [],
}: {
  readonly chosen: Signal<readonly PersonView[]>;
  readonly single?: boolean;
  readonly except?: readonly string[];
}) {
  const query = useSignal('');
  const found = useSignal<readonly PersonView[]>([]);
  const note = useSignal('');
  useEffect(() => {
    const wanted = query.value.trim();
    if (wanted === '') {
      found.value = [];
      note.value = '';
      return undefined;
    }
    let isCurrent = true;
    const search = async (): Promise<void> => {
      try {
        const people = await call.findPeople(wanted);
        if (!isCurrent) return;
        found.value = people.filter(({ id }) => id !== userId.value && !except.includes(id));
        note.value = found.value.length === 0 ? 'Nobody of that name.' : '';
      } catch {
        if (isCurrent) note.value = 'People cannot be looked up now.';
      }
    };
    const timer = setTimeout(() => void search(), pauseMs);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [query.value]);

  const isChosen = (id: string): boolean => chosen.value.some((each) => each.id === id);
  const toggle = (person: PersonView): void => {
    if (isChosen(person.id)) chosen.value = chosen.value.filter(({ id }) => id !== person.id);
    else chosen.value = single ? [person] : [...chosen.value, person];
  };
  return (
    <div class="picker">
      {chosen.value.length > 0 && (
        <ul class="chips" aria-label="Chosen people">
          {chosen.value.map((person) => (
            <li key={person.id}>
              <button type="button" onClick={() => toggle(person)} aria-label={`Remove ${person.displayName}`}>
                {person.displayName} ✕
              </button>
            </li>
          ))}
        </ul>
      )}
      <label>
        People
        <input
          type="search"
          placeholder="Type a name"
          value={query.value}
          onInput={(event) => (query.value = event.currentTarget.value)}
        />
      </label>
      <ul class="choices" aria-label="People found">
        {found.value.map((person) => (
          <li key={person.id}>
            <button type="button" aria-pressed={isChosen(person.id)} onClick={() => toggle(person)}>
              <Avatar id={person.id} name={person.displayName} />
              {person.displayName} <span class="soft">@{person.username}</span>
            </button>
          </li>
        ))}
      </ul>
      <p class="soft" role="status">
        {note}
      </p>
    </div>
  );
}
