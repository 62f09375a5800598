import { useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { announcement, describeBatches } from '../model/announcer.js';
import { conversations, isReady, nameOf, open, openConversation, unreadTotal, userId } from '../model/chat.js';
import { dialog } from '../model/dialogs.js';
import { place } from '../model/router.js';
import { Banner } from './banner.js';
import { Conversation } from './conversation.js';
import { ConversationList } from './conversation-list.js';
import { LogIn } from './log-in.js';
import { NewConversation } from './new-conversation.js';
import { type PageDefinition, pages } from './pages.js';
import { Switcher } from './switcher.js';

describeBatches((messages) => {
  const others = messages.filter((each) => each.senderId !== userId.value && each.conversationId === open.value?.id);
  const [only] = others;
  if (only === undefined) return '';
  const senders = [...new Set(others.map((each) => nameOf(each.senderId)))].join(', ');
  if (others.length > 1) return `${others.length} new messages from ${senders}`;
  return `${senders}: ${only.content?.type === 'text.v1' ? only.content.text : 'a message'}`;
});

export function App() {
  useSignalEffect(() => {
    const { name, parts } = place.value;
    const id = name === 'c' ? (parts[0] ?? null) : null;
    if (!isReady.value) return;
    openConversation(userId.value === null ? null : id);
    const sequence = Number(parts[1]);
    if (id !== null && sequence > 0) void open.peek()?.jumpTo(sequence);
  });
  useSignalEffect(() => {
    document.title = unreadTotal.value === 0 ? 'Parley' : `(${unreadTotal.value}) Parley`;
  });
  useEffect(() => {
    addEventListener('keydown', shortcut);
    return () => removeEventListener('keydown', shortcut);
  }, []);

  if (!isReady.value) return null;
  if (userId.value === null) return <LogIn />;
  const { name, parts } = place.value;
  const page = pages[name];
  return (
    <div class={`shell ${name === '' ? 'at-list' : 'at-place'}`}>
      <Banner />
      <div class="panes">
        <ConversationList />
        <main id="main" class="place" tabIndex={-1}>
          {page !== undefined ? (
            <Page key={name} page={page} parts={parts} />
          ) : open.value === null ? (
            <Nothing />
          ) : (
            <Conversation key={open.value.id} model={open.value} />
          )}
        </main>
      </div>
      {dialog.value === 'switcher' && <Switcher />}
      {dialog.value === 'new' && <NewConversation />}
      <p class="unseen" role="status" aria-live="polite">
        {announcement}
      </p>
    </div>
  );
}

function Page({ page, parts }: { readonly page: PageDefinition; readonly parts: readonly string[] }) {
  const loaded = useSignal<ComponentType<{ readonly parts: readonly string[] }> | null>(null);
  const failed = useSignal(false);
  useEffect(() => {
    page.load().then(
      (component) => (loaded.value = component),
      () => (failed.value = true),
    );
  }, [page]);
  const Loaded = loaded.value;
  return (
    <section class="page" aria-label={page.title}>
      <header class="bar">
        <a class="back" href="#/" aria-label="Back to the conversations">
          ‹
        </a>
        <h1>{page.title}</h1>
      </header>
      <div class="page-body">
        {Loaded !== null && <Loaded parts={parts} />}
        {failed.value && <p role="alert">This page could not be loaded. Are you offline?</p>}
      </div>
    </section>
  );
}

function Nothing() {
  return (
    <div class="nothing">
      <p>{conversations.value.length === 0 ? 'No conversations yet.' : 'Choose a conversation.'}</p>
      <button type="button" class="primary" onClick={() => (dialog.value = 'new')}>
        Start a conversation
      </button>
      <p class="soft">
        <kbd>Ctrl</kbd> <kbd>K</kbd> switches between conversations.
      </p>
    </div>
  );
}

function shortcut(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k' && userId.peek() !== null) {
    event.preventDefault();
    dialog.value = dialog.peek() === 'switcher' ? null : 'switcher';
  } else if (event.key === 'F6') {
    event.preventDefault();
    nextRegion(event.shiftKey ? -1 : 1);
  }
}

/** F6 goes round the regions of the page. */
function nextRegion(step: number): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
    (each) => each.offsetParent !== null,
  );
  const at = regions.findIndex((each) => each.contains(document.activeElement));
  regions.at((at + step + regions.length) % regions.length)?.focus();
}
