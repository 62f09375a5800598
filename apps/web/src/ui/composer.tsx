import { type Signal, useSignal } from '@preact/signals';
import type { MemberView, PersonView } from '@parley/client';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { announce } from '../model/announcer.js';
import { call, nameOf, person, userId } from '../model/chat.js';
import type { ConversationModel } from '../model/conversation-view.js';
import { draftOf, keepDraft } from '../model/draft.js';
import { completed, mentionedIn, wordBeing } from '../model/mentions.js';
import type { Task } from '../model/task.js';
import { plainText } from './text.js';

const emojis = '😀 😂 😊 😍 🤔 😢 😮 👍 👎 👏 🙏 🎉 ❤️ 🔥 ✅ 👀'.split(' ');
const suggestionsAtMost = 6;
/** Below what the server takes (16 KiB of UTF-8), whatever the script. */
const maxLength = 4000;

/** Where one writes. Enter sends, Shift+Enter begins a line, Escape gives up a reply or an edit, ↑ edits the last one. */
export function Composer({ model, task }: { readonly model: ConversationModel; readonly task: Signal<Task | null> }) {
  const me = userId.value ?? '';
  const text = useSignal(draftOf(me, model.id));
  const caret = useSignal(0);
  const members = useSignal<readonly MemberView[] | null>(null);
  const selected = useSignal(0);
  const dismissed = useSignal('');
  const showsEmoji = useSignal(false);
  const area = useRef<HTMLTextAreaElement>(null);

  useEffect(() => {
    if (matchMedia('(hover: hover)').matches) area.current?.focus();
    return () => void call.setTyping(model.id, false);
  }, []);
  useEffect(() => {
    if (task.value === null) return;
    if (task.value.kind === 'edit') text.value = plainText(task.value.message);
    area.current?.focus();
  }, [task.value]);
  useLayoutEffect(() => {
    const { current } = area;
    if (current === null) return;
    current.style.height = 'auto';
    current.style.height = `${Math.min(current.scrollHeight, 200)}px`;
  }, [text.value]);

  const known = (members.value ?? []).flatMap(({ userId: id }) => person(id) ?? []);
  const word = wordBeing(text.value, caret.value);
  const suggestions =
    word === null || word === dismissed.value
      ? []
      : known
          .filter(({ id }) => id !== me)
          .filter((each) => matches(each, word))
          .slice(0, suggestionsAtMost);
  if (word !== null && members.value === null) {
    members.value = [];
    call.members(model.id).then(
      (found) => (members.value = found),
      () => (members.value = null),
    );
  }

  const write = (value: string, at: number): void => {
    text.value = value;
    caret.value = at;
    if (task.value?.kind !== 'edit') keepDraft(me, model.id, value);
    void call.setTyping(model.id, value !== '');
  };
  const stop = (): void => {
    if (task.value?.kind === 'edit') text.value = draftOf(me, model.id);
    task.value = null;
  };
  const send = (): void => {
    const value = text.value.trim();
    if (value === '') return;
    const mentions = mentionedIn(value, known);
    const current = task.value;
    if (current?.kind === 'edit') {
      call.edit(current.message, value, mentions).catch((error: unknown) => announce((error as Error).message));
      stop();
      return;
    }
    const reply = current === null ? {} : { replyTo: current.message.sequence };
    void call.send(model.id, value, { ...reply, ...(mentions.length === 0 ? {} : { mentions }) });
    write('', 0);
    task.value = null;
    model.clearNew();
    void model.jumpToEnd();
  };
  const choose = (index: number): void => {
    const choice = suggestions[index];
    if (choice === undefined) return;
    const next = completed(text.value, caret.value, choice.username);
    write(next.text, next.caret);
    setTimeout(() => area.current?.setSelectionRange(next.caret, next.caret));
    area.current?.focus();
  };
  const insert = (emoji: string): void => {
    const at = area.current?.selectionStart ?? text.value.length;
    write(text.value.slice(0, at) + emoji + text.value.slice(at), at + emoji.length);
    showsEmoji.value = false;
    area.current?.focus();
  };
  const editLast = (): boolean => {
    const own = model.slice
      .entries()
      .findLast(
        (entry) => entry.kind === 'message' && entry.message.senderId === me && entry.message.content !== undefined,
      );
    if (own?.kind !== 'message' || text.value !== '') return false;
    task.value = { kind: 'edit', message: own.message };
    return true;
  };
  const inSuggestions = (key: string): boolean => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step !== undefined) selected.value = (selected.value + step + suggestions.length) % suggestions.length;
    else if (key === 'Enter' || key === 'Tab') choose(selected.value);
    else if (key === 'Escape') dismissed.value = word ?? '';
    else return false;
    return true;
  };
  const keyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    let done = suggestions.length > 0 && inSuggestions(event.key);
    if (!done && event.key === 'Enter' && !event.shiftKey) {
      send();
      done = true;
    } else if (!done && event.key === 'Escape' && task.value !== null) {
      stop();
      done = true;
    } else if (!done && event.key === 'ArrowUp') done = editLast();
    if (done) event.preventDefault();
  };

  const shown = Math.min(selected.value, suggestions.length - 1);
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {task.value !== null && (
        <div class="task">
          <span class="clip">
            {task.value.kind === 'edit' ? 'Edit' : `Reply to ${nameOf(task.value.message.senderId)}`}:{' '}
            {plainText(task.value.message)}
          </span>
          <button type="button" class="plain" onClick={stop} aria-label="Cancel">
            ✕
          </button>
        </div>
      )}
      {suggestions.length > 0 && (
        <ul class="choices suggestions" id="mentions" role="listbox" aria-label="People to mention">
          {suggestions.map((each, index) => (
            <li
              key={each.id}
              id={`mention-${index}`}
              role="option"
              aria-selected={index === shown}
              onMouseDown={(event) => {
                event.preventDefault();
                choose(index);
              }}
            >
              {each.displayName} <span class="soft">@{each.username}</span>
            </li>
          ))}
        </ul>
      )}
      {showsEmoji.value && (
        <div class="emojis" role="group" aria-label="Emoji">
          {emojis.map((emoji) => (
            <button key={emoji} type="button" onClick={() => insert(emoji)} aria-label={`Insert ${emoji}`}>
              {emoji}
            </button>
          ))}
        </div>
      )}
      <div class="compose-line">
        <button
          type="button"
          class="plain"
          aria-label="Emoji"
          aria-expanded={showsEmoji.value}
          onClick={() => (showsEmoji.value = !showsEmoji.value)}
        >
          ☺
        </button>
        <textarea
          ref={area}
          rows={1}
          aria-label="Message"
          placeholder="Message"
          maxLength={maxLength}
          value={text.value}
          data-region
          aria-autocomplete="list"
          aria-controls={suggestions.length > 0 ? 'mentions' : undefined}
          aria-activedescendant={suggestions.length > 0 ? `mention-${shown}` : undefined}
          onInput={({ currentTarget }) => {
            selected.value = 0;
            write(currentTarget.value, currentTarget.selectionStart);
          }}
          onSelect={({ currentTarget }) => (caret.value = currentTarget.selectionStart)}
          onKeyDown={keyDown}
        />
        <button type="submit" class="primary" disabled={text.value.trim() === ''}>
          {task.value?.kind === 'edit' ? 'Save' : 'Send'}
        </button>
      </div>
    </form>
  );
}

const matches = ({ username, displayName }: PersonView, word: string): boolean =>
  [username, ...displayName.toLowerCase().split(/\s+/)].some((name) => name.startsWith(word));
