import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { conversations, titleOf } from '../model/chat.js';
import { go } from '../model/router.js';
import { closeDialog } from '../model/dialogs.js';
import { Dialog } from './dialog.js';

const shownAtMost = 12;

/** Ctrl+K: type some letters, arrow keys, Enter. Unread ones come first while nothing is typed. */
export function Switcher() {
  const query = useSignal('');
  const selected = useSignal(0);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = conversations.value
    .map((item) => ({ item, title: titleOf(item) }))
    .filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)))
    .sort((a, b) => (words.length === 0 ? Number(b.item.unread > 0) - Number(a.item.unread > 0) : 0))
    .slice(0, shownAtMost);
  const choose = (index: number): void => {
    const choice = found[index];
    if (choice === undefined) return;
    closeDialog();
    go('c', choice.item.id);
  };
  const key = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) selected.value = (selected.value + step + found.length) % Math.max(found.length, 1);
    else if (event.key === 'Enter') choose(selected.value);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Switch conversation" onClose={closeDialog}>
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label="Name of a conversation"
        aria-expanded={found.length > 0}
        aria-controls="switcher-list"
        aria-activedescendant={found.length === 0 ? undefined : `switch-${selected.value}`}
        aria-autocomplete="list"
        placeholder="Name of a person or group"
        value={query.value}
        onInput={(event) => {
          query.value = event.currentTarget.value;
          selected.value = 0;
        }}
        onKeyDown={key}
      />
      <ul id="switcher-list" role="listbox" aria-label="Conversations found" class="choices">
        {found.map(({ item, title }, index) => (
          <li
            key={item.id}
            id={`switch-${index}`}
            role="option"
            aria-selected={index === selected.value}
            onClick={() => choose(index)}
          >
            {title}
            {item.unread > 0 && <span class="badge">{item.unread}</span>}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="soft">No conversation of that name.</p>}
    </Dialog>
  );
}
