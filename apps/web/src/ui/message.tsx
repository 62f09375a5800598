import { type Signal, useSignal } from '@preact/signals';
import { type ConversationItem, type MessageView, reachedBy } from '@parley/client';
import { memo } from 'preact/compat';
import { useEffect } from 'preact/hooks';
import { announce } from '../model/announcer.js';
import { call, item, nameOf, userId } from '../model/chat.js';
import type { ConversationModel } from '../model/conversation-view.js';
import type { Task } from '../model/task.js';
import { Forward } from './forward.js';
import { Readers } from './readers.js';
import { MessageText, plainText } from './text.js';
import { clockOf, fullTime } from './times.js';

const quickReactions = ['👍', '❤️', '😂', '🎉', '😮', '😢'];

interface MessageProps {
  readonly message: MessageView;
  readonly model: ConversationModel;
  readonly task: Signal<Task | null>;
  readonly isMarked: boolean;
  /** The one before is by the same person. */
  readonly follows: boolean;
}

/** A refusal is told; the message itself shows what was done. */
const attempt = (work: Promise<unknown>): void =>
  void work.catch((error: unknown) => announce((error as Error).message));

export const Message = memo(function Message({ message, model, task, isMarked, follows }: MessageProps) {
  const { sequence, senderId } = message;
  const isOwn = senderId === userId.value;
  const name = isOwn ? 'You' : nameOf(senderId);
  const isDeleted = message.content === undefined;
  const classes = ['message', isOwn ? 'own' : '', follows ? 'follows' : '', isMarked ? 'marked' : ''].join(' ');
  return (
    <article
      id={`m${sequence}`}
      class={classes}
      data-line
      data-sequence={sequence}
      tabIndex={0}
      aria-posinset={sequence}
      aria-setsize={-1}
      aria-label={`${name}, ${clockOf(message.time)}: ${plainText(message)}`}
    >
      <div class="bubble">
        {!follows && !isOwn && <div class="sender">{name}</div>}
        {message.forwardedFrom !== undefined && (
          <div class="meta">Forwarded from {nameOf(message.forwardedFrom.senderId)}</div>
        )}
        {message.replyTo !== undefined && <Quote model={model} sequence={message.replyTo} />}
        <div class="text">
          <MessageText message={message} />
        </div>
        <div class="meta">
          {message.pinned === true && <span title="Pinned">📌 </span>}
          {message.editedAt !== undefined && !isDeleted && <span title={fullTime(message.editedAt)}>edited </span>}
          <time dateTime={message.time} title={fullTime(message.time)}>
            {clockOf(message.time)}
          </time>
          {isOwn && !isDeleted && <Ticks id={model.id} sequence={sequence} />}
        </div>
        <Reactions message={message} />
      </div>
      {!isDeleted && <Actions message={message} task={task} isOwn={isOwn} />}
    </article>
  );
});

function Quote({ model, sequence }: { readonly model: ConversationModel; readonly sequence: number }) {
  const found = useSignal<MessageView | null>(null);
  const known = model.slice.get(sequence) ?? found.value;
  useEffect(() => {
    if (known !== null) return;
    call.message(model.id, sequence).then(
      (message) => (found.value = message),
      () => {},
    );
  }, []);
  return (
    <button type="button" class="quote" onClick={() => attempt(model.jumpTo(sequence))}>
      <strong>{known === null ? '…' : nameOf(known.senderId)}</strong>
      <span>{known === null ? `message ${sequence}` : plainText(known)}</span>
    </button>
  );
}

/** Sent, delivered to all, read by all; on request, who. */
function Ticks({ id, sequence }: { readonly id: string; readonly sequence: number }) {
  const isShown = useSignal(false);
  const [state, words] = tickOf(item(id), sequence);
  return (
    <>
      <button type="button" class={`ticks ${state}`} title={words} onClick={() => (isShown.value = true)}>
        <span aria-hidden="true">{state === 'sent' ? '✓' : '✓✓'}</span>
        <span class="unseen">{words}</span>
      </button>
      {isShown.value && <Readers conversationId={id} sequence={sequence} onClose={() => (isShown.value = false)} />}
    </>
  );
}

function tickOf(row: ConversationItem | undefined, sequence: number): ['sent' | 'delivered' | 'read', string] {
  const { receipts } = row ?? {};
  if (receipts === undefined || receipts === null) return ['sent', 'Sent'];
  // The sender has read it as well, by sending.
  const others = Math.max(receipts.memberCount - 1, 1);
  const read = Math.max(reachedBy(receipts.read, sequence) - 1, 0);
  const delivered = Math.max(reachedBy(receipts.delivered, sequence) - 1, 0);
  if (read >= others) return ['read', 'Read'];
  if (delivered >= others) return ['delivered', read === 0 ? 'Delivered' : `Delivered, read by ${read} of ${others}`];
  return ['sent', others === 1 ? 'Sent' : `Sent, delivered to ${delivered} of ${others}`];
}

function Reactions({ message }: { readonly message: MessageView }) {
  const reactions = (message.reactions ?? []).filter(({ userIds }) => userIds.length > 0);
  if (reactions.length === 0) return null;
  return (
    <ul class="reactions" aria-label="Reactions">
      {reactions.map(({ emoji, userIds }) => {
        const isMine = userIds.includes(userId.value ?? '');
        return (
          <li key={emoji}>
            <button
              type="button"
              aria-pressed={isMine}
              title={userIds.slice(0, 20).map(nameOf).join(', ')}
              onClick={() => attempt(call.react(message, emoji, !isMine))}
            >
              {emoji} {userIds.length}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function Actions({
  message,
  task,
  isOwn,
}: {
  readonly message: MessageView;
  readonly task: Signal<Task | null>;
  readonly isOwn: boolean;
}) {
  const isPicking = useSignal(false);
  const isForwarding = useSignal(false);
  const role = item(message.conversationId)?.role;
  const canDelete = isOwn || role === 'owner' || role === 'admin';
  return (
    <div class={`actions ${isPicking.value ? 'shown' : ''}`}>
      <button type="button" aria-expanded={isPicking.value} onClick={() => (isPicking.value = !isPicking.value)}>
        <span aria-hidden="true">☺</span>
        <span class="unseen">React</span>
      </button>
      {isPicking.value &&
        quickReactions.map((emoji) => (
          <button
            key={emoji}
            type="button"
            aria-label={`React with ${emoji}`}
            onClick={() => {
              isPicking.value = false;
              attempt(call.react(message, emoji, true));
            }}
          >
            {emoji}
          </button>
        ))}
      <button type="button" onClick={() => (task.value = { kind: 'reply', message })}>
        Reply
      </button>
      {isOwn && message.content?.type === 'text.v1' && (
        <button type="button" onClick={() => (task.value = { kind: 'edit', message })}>
          Edit
        </button>
      )}
      <button type="button" onClick={() => (isForwarding.value = true)}>
        Forward
      </button>
      <button type="button" onClick={() => attempt(call.pin(message, message.pinned !== true))}>
        {message.pinned === true ? 'Unpin' : 'Pin'}
      </button>
      {canDelete && (
        <button type="button" onClick={() => attempt(call.delete(message))}>
          Delete
        </button>
      )}
      {isForwarding.value && <Forward message={message} onClose={() => (isForwarding.value = false)} />}
    </div>
  );
}
