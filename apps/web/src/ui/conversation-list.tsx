import { useSignal } from '@preact/signals';
import type { ConversationItem } from '@parley/client';
import { conversations, nameOf, open, outgoing, peerOf, presenceOf, titleOf, typing, userId } from '../model/chat.js';
import { pathTo } from '../model/router.js';
import { dialog } from '../model/dialogs.js';
import { Avatar } from './avatar.js';
import { pages } from './pages.js';
import { shortTime } from './times.js';
import { plainText } from './text.js';

/** Rows at first; a button shows more. */
const shownAtFirst = 100;

/** The conversations, newest activity first. */
export function ConversationList() {
  const shown = useSignal(shownAtFirst);
  const archived = useSignal(false);
  const all = conversations.value;
  const wanted = all.filter(({ settings }) => (settings?.archived === true) === archived.value);
  const hasArchived = archived.value || all.some(({ settings }) => settings?.archived === true);
  return (
    <nav class="list" aria-label="Conversations" data-region tabIndex={-1}>
      <header class="bar">
        <h2>{archived.value ? 'Archived' : 'Chats'}</h2>
        <button type="button" onClick={() => (dialog.value = 'switcher')} title="Switch (Ctrl+K)">
          Find
        </button>
        <button type="button" class="primary" onClick={() => (dialog.value = 'new')}>
          New
        </button>
      </header>
      <ul class="rows">
        {wanted.slice(0, shown.value).map((each) => (
          <Row key={each.id} item={each} />
        ))}
      </ul>
      {wanted.length > shown.value && (
        <button type="button" class="plain" onClick={() => (shown.value += shownAtFirst)}>
          Show more
        </button>
      )}
      {hasArchived && (
        <button type="button" class="plain" onClick={() => (archived.value = !archived.value)}>
          {archived.value ? 'Back to all chats' : 'Archived chats'}
        </button>
      )}
      <ul class="menu">
        {Object.entries(pages)
          .filter(([, page]) => page.inMenu)
          .map(([name, page]) => (
            <li key={name}>
              <a href={pathTo(name)}>{page.title}</a>
            </li>
          ))}
      </ul>
    </nav>
  );
}

function Row({ item }: { readonly item: ConversationItem }) {
  const { id, conversation, lastMessage, unread, mentions, settings } = item;
  const title = titleOf(item);
  const peer = conversation?.kind === 'direct' ? peerOf(conversation.peerIds) : undefined;
  const presence = peer === undefined ? undefined : presenceOf(peer)?.state;
  const isCurrent = open.value?.id === id;
  const marked = settings?.markedUnread === true;
  return (
    <li>
      <a class="row" href={pathTo('c', id)} aria-current={isCurrent ? 'page' : undefined}>
        <Avatar id={peer ?? id} name={title} presence={presence} />
        <span class="row-title">
          {title}
          {presence === 'online' && <span class="unseen"> (online)</span>}
          {settings?.muted === true && (
            <span class="soft" title="Muted">
              <span aria-hidden="true"> 🔕</span>
              <span class="unseen"> (muted)</span>
            </span>
          )}
        </span>
        <time class="row-time soft" dateTime={lastMessage?.time}>
          {lastMessage === null ? '' : shortTime(lastMessage.time)}
        </time>
        <span class="row-text soft">{preview(item)}</span>
        <span class="row-badges">
          {mentions > 0 && (
            <span class="badge mention" title={`${mentions} mention you`}>
              @<span class="unseen">{mentions} mention you</span>
            </span>
          )}
          {unread > 0 ? (
            <span class={`badge ${settings?.muted === true ? 'quiet' : ''}`}>
              {unread}
              <span class="unseen"> unread</span>
            </span>
          ) : (
            marked && (
              <span class="badge">
                ●<span class="unseen"> marked as unread</span>
              </span>
            )
          )}
        </span>
      </a>
    </li>
  );
}

function preview({ id, conversation, lastMessage }: ConversationItem): string {
  const writing = (typing.value.get(id) ?? []).filter((each) => each !== userId.value);
  if (writing.length > 0) return `${nameOf(writing[0] ?? '')} is typing …`;
  const waiting = outgoing.value.findLast((each) => each.conversationId === id);
  if (waiting?.content?.type === 'text.v1')
    return `${waiting.status === 'failed' ? 'Not sent' : 'Waiting'}: ${waiting.content.text}`;
  if (lastMessage === null) return 'No messages yet';
  const isOwn = lastMessage.senderId === userId.value;
  const sender = conversation?.kind === 'direct' && !isOwn ? '' : `${isOwn ? 'You' : nameOf(lastMessage.senderId)}: `;
  return sender + plainText(lastMessage);
}
