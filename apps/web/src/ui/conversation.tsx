import { useSignal } from '@preact/signals';
import { item, nameOf, peerOf, presenceOf, titleOf, typing, userId } from '../model/chat.js';
import type { ConversationModel } from '../model/conversation-view.js';
import type { Task } from '../model/task.js';
import { Composer } from './composer.js';
import { Details } from './details.js';
import { fullTime } from './times.js';
import { Timeline } from './timeline.js';

/** One conversation: who it is with, what was said, and what one says. */
export function Conversation({ model }: { readonly model: ConversationModel }) {
  const task = useSignal<Task | null>(null);
  const details = useSignal(false);
  const row = item(model.id);
  const { conversation } = row ?? {};
  const title = row === undefined ? '…' : titleOf(row);
  const peer = conversation?.kind === 'direct' ? peerOf(conversation.peerIds) : undefined;
  const canWrite = conversation?.kind !== 'channel' || row?.role !== 'member';
  return (
    <section class="conversation" aria-label={title}>
      <header class="bar">
        <a class="back" href="#/" aria-label="Back to the conversations">
          ‹
        </a>
        <div class="bar-title">
          <h1>{title}</h1>
          <p class="soft">{subtitle(model.id, peer, conversation?.memberCount ?? 0)}</p>
        </div>
        <button type="button" onClick={() => (details.value = true)}>
          Details
        </button>
      </header>
      <Timeline model={model} task={task} />
      <Typists conversationId={model.id} />
      {canWrite ? (
        <Composer model={model} task={task} />
      ) : (
        <p class="soft read-only">Only admins write in this channel.</p>
      )}
      {details.value && row !== undefined && (
        <Details item={row} model={model} onClose={() => (details.value = false)} />
      )}
    </section>
  );
}

function subtitle(id: string, peer: string | undefined, memberCount: number): string {
  if (peer === undefined) return `${memberCount} ${memberCount === 1 ? 'member' : 'members'}`;
  const presence = presenceOf(peer);
  if (presence === undefined) return '';
  if (presence.state !== 'offline') return presence.state;
  return presence.lastSeen === null ? 'offline' : `last seen ${fullTime(presence.lastSeen)}`;
}

function Typists({ conversationId }: { readonly conversationId: string }) {
  const others = (typing.value.get(conversationId) ?? []).filter((id) => id !== userId.value).map(nameOf);
  const text =
    others.length === 0
      ? ''
      : others.length > 2
        ? `${others.length} people are typing …`
        : `${others.join(' and ')} ${others.length === 1 ? 'is' : 'are'} typing …`;
  return <p class="typists soft">{text}</p>;
}
