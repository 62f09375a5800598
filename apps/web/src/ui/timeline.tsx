import { type Signal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { OutgoingMessage } from '@parley/client';
import { Fragment } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { call, connection, item, outgoing, userId } from '../model/chat.js';
import type { ConversationModel } from '../model/conversation-view.js';
import type { Entry } from '../model/timeline.js';
import type { Task } from '../model/task.js';
import { Message } from './message.js';
import { NoticeLine } from './notice.js';
import { Waiting } from './waiting.js';
import { dayKey, dayOf } from './times.js';

/** So near to an end, in pixels, the next page is read. */
const nearEnd = 800;
const atBottomWithin = 48;

const isAtBottom = (box: HTMLElement): boolean => box.scrollHeight - box.scrollTop - box.clientHeight < atBottomWithin;

/** The first line that is in view, and where: so that the eye keeps its place when lines come or go above it. */
function anchorOf(box: HTMLElement): { id: string; top: number } | null {
  for (const line of box.querySelectorAll<HTMLElement>('[data-line]'))
    if (line.offsetTop + line.offsetHeight > box.scrollTop) return { id: line.id, top: line.offsetTop - box.scrollTop };
  return null;
}

/** What was said: a feed of articles, bounded in the document, read by pages at both ends. */
export function Timeline({ model, task }: { readonly model: ConversationModel; readonly task: Signal<Task | null> }) {
  const box = useRef<HTMLDivElement>(null);
  const stick = useRef(true);
  const awayFromEnd = useSignal(false);
  const granted = useRef(0);
  const marked = useSignal(0);

  const entries = useComputed(() => (model.version.value < 0 ? [] : model.slice.entries())).value;
  const waiting = outgoing.value.filter(({ conversationId }) => conversationId === model.id);
  const anchor = box.current === null || stick.current ? null : anchorOf(box.current);

  const markRead = (): void => {
    const element = box.current;
    if (element === null || document.visibilityState !== 'visible') return;
    const bottom = element.scrollTop + element.clientHeight + 4;
    const seen = [...element.querySelectorAll<HTMLElement>('[data-sequence]')].findLast(
      (line) => line.offsetTop + Math.min(line.offsetHeight, 40) <= bottom,
    );
    const sequence = Number(seen?.dataset['sequence'] ?? 0);
    if (sequence > (item(model.id)?.read ?? 0)) void call.markRead(model.id, sequence);
  };

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const { sequence, at, mark } = model.wish.value;
    const target = sequence === 'end' ? null : element.querySelector<HTMLElement>(`#m${sequence}`);
    if (at !== granted.current && (sequence === 'end' || target !== null)) {
      granted.current = at;
      stick.current = sequence === 'end';
      marked.value = mark && sequence !== 'end' ? sequence : 0;
      target?.scrollIntoView({ block: 'center' });
      if (mark) target?.focus({ preventScroll: true });
    }
    if (stick.current && !model.slice.hasAfter) element.scrollTop = element.scrollHeight;
    else if (anchor !== null) {
      const line = element.querySelector<HTMLElement>(`#${anchor.id}`);
      if (line !== null && target === null) element.scrollTop = line.offsetTop - anchor.top;
    }
    markRead();
    if (model.slice.size > 0 && element.scrollHeight <= element.clientHeight + nearEnd) void model.loadBefore();
  });

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const resized = new ResizeObserver(() => {
      if (stick.current && !model.slice.hasAfter) element.scrollTop = element.scrollHeight;
    });
    resized.observe(element);
    document.addEventListener('visibilitychange', markRead);
    return () => {
      resized.disconnect();
      document.removeEventListener('visibilitychange', markRead);
    };
  }, []);
  useSignalEffect(() => {
    if (connection.value.phase === 'live') void model.refresh();
  });

  const scrolled = (): void => {
    const element = box.current;
    if (element === null) return;
    stick.current = isAtBottom(element) && !model.slice.hasAfter;
    awayFromEnd.value = !stick.current;
    if (element.scrollTop < nearEnd) void model.loadBefore();
    if (element.scrollHeight - element.scrollTop - element.clientHeight < nearEnd) void model.loadAfter();
    markRead();
  };

  const toFirstNew = (): void => void model.jumpTo(firstNew + 1, false).catch(() => {});
  const firstNew = model.newAfter.value;
  const above = firstNew > 0 && model.slice.size > 0 && firstNew + 1 < model.slice.first ? firstNew : 0;
  return (
    <div class="timeline-frame">
      {above > 0 && (
        <button type="button" class="jump top" onClick={toFirstNew}>
          ↑ First unread
        </button>
      )}
      <div
        ref={box}
        class="timeline"
        role="feed"
        aria-label="Messages"
        aria-busy={model.loading.value !== null}
        data-region
        tabIndex={-1}
        onScroll={scrolled}
        onKeyDown={moveFocus}
      >
        {!model.slice.hasBefore && <p class="soft beginning">The beginning of the conversation.</p>}
        {entries.map((entry, index) => (
          <Fragment key={entry.key}>
            {dayChanged(entries[index - 1], entry) && <h2 class="day">{dayOf(timeOf(entry))}</h2>}
            {isFirstNew(entry, entries[index - 1], firstNew) && (
              <p class="new-line" role="separator">
                New
              </p>
            )}
            {entry.kind === 'notice' ? (
              <NoticeLine notice={entry.notice} />
            ) : (
              <Message
                message={entry.message}
                model={model}
                task={task}
                isMarked={marked.value === entry.message.sequence}
                follows={followsOn(entries[index - 1], entry)}
              />
            )}
          </Fragment>
        ))}
        {!model.slice.hasAfter &&
          waiting.map((message: OutgoingMessage) => <Waiting key={message.clientMessageId} message={message} />)}
      </div>
      {awayFromEnd.value && (
        <button
          type="button"
          class="jump bottom"
          onClick={() => void model.jumpToEnd()}
          aria-label="To the newest message"
        >
          ↓
        </button>
      )}
    </div>
  );
}

const timeOf = (entry: Entry): string => (entry.kind === 'message' ? entry.message.time : entry.notice.time);

const dayChanged = (before: Entry | undefined, entry: Entry): boolean =>
  before === undefined || dayKey(timeOf(before)) !== dayKey(timeOf(entry));

function isFirstNew(entry: Entry, before: Entry | undefined, newAfter: number): boolean {
  if (entry.kind !== 'message' || newAfter === 0) return false;
  const { sequence, senderId } = entry.message;
  if (sequence <= newAfter || senderId === userId.value) return false;
  return before === undefined || before.kind === 'notice' || before.message.sequence <= newAfter;
}

/** By the same person within five minutes: the name need not stand there again. */
function followsOn(before: Entry | undefined, entry: Entry): boolean {
  if (before?.kind !== 'message' || entry.kind !== 'message' || dayChanged(before, entry)) return false;
  const apart = Date.parse(entry.message.time) - Date.parse(before.message.time);
  return before.message.senderId === entry.message.senderId && apart < 300_000;
}

/** The feed pattern: Page Up and Page Down go from article to article. */
function moveFocus(event: KeyboardEvent): void {
  const step = { PageDown: 1, PageUp: -1 }[event.key];
  const current = (event.target as HTMLElement).closest('article');
  if (step === undefined || current === null) return;
  const articles = [...(current.closest('[role=feed]')?.querySelectorAll<HTMLElement>('article') ?? [])];
  const next = articles[articles.indexOf(current) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
