import { computed, signal } from '@preact/signals';
import type { ConversationItem, OutgoingMessage, PersonView, PresenceView } from '@parley/client';
import type { HostEvent, LinkState, Snapshot } from '../host/channel.js';
import { connectHost, type Link } from './link.js';
import { ConversationModel } from './conversation-view.js';
import { announceMessage } from './announcer.js';

/** What the page shows: one signal a subject, filled by what the host tells. */
export const isReady = signal(false);
export const userId = signal<string | null>(null);
export const connection = signal<LinkState>({ phase: 'idle' });
export const outgoing = signal<readonly OutgoingMessage[]>([]);
export const typing = signal<ReadonlyMap<string, readonly string[]>>(new Map());
export const open = signal<ConversationModel | null>(null);

const rows = signal<ReadonlyMap<string, ConversationItem>>(new Map());
const people = signal<ReadonlyMap<string, PersonView>>(new Map());
const presences = signal<ReadonlyMap<string, PresenceView>>(new Map());

const activity = ({ lastMessage, conversation }: ConversationItem): string =>
  lastMessage?.time ?? conversation?.startedAt ?? '';

/** Newest activity first. */
export const conversations = computed(() =>
  [...rows.value.values()].sort((a, b) => activity(b).localeCompare(activity(a)) || a.id.localeCompare(b.id)),
);
export const unreadTotal = computed(() =>
  conversations.value.reduce((sum, { unread, settings }) => sum + (settings?.muted === true ? 0 : unread), 0),
);
export const item = (id: string): ConversationItem | undefined => rows.value.get(id);
export const presenceOf = (id: string): PresenceView | undefined => presences.value.get(id);

const link = await connectHost(received);
export const call: Link['call'] = link.call;

let wantedPeople = new Set<string>();

/** Undefined until the name is known; asking for it makes it known soon. */
export function person(id: string): PersonView | undefined {
  const known = people.value.get(id);
  if (known === undefined) {
    if (wantedPeople.size === 0) setTimeout(askForPeople, 20);
    wantedPeople.add(id);
  }
  return known;
}

export const nameOf = (id: string): string => person(id)?.displayName ?? '…';

function askForPeople(): void {
  void call.people([...wantedPeople]);
  wantedPeople = new Set();
}

/** The name of a conversation: its title, or whom one talks with. */
export function titleOf({ conversation }: ConversationItem): string {
  if (conversation === null) return '…';
  if (conversation.kind !== 'direct') return conversation.title ?? 'Group without a name';
  return nameOf(peerOf(conversation.peerIds) ?? '');
}

/** The other one of a direct conversation. */
export const peerOf = (peerIds: readonly string[] | undefined): string | undefined =>
  peerIds?.find((id) => id !== userId.value) ?? peerIds?.[0];

/** Shows a conversation; null: none. */
export function openConversation(id: string | null): void {
  if (open.value?.id === id) return;
  open.value = id === null ? null : new ConversationModel(id, link, item(id)?.read ?? 0);
  if (connection.value.phase === 'live') void open.value?.refresh();
}

function received(event: HostEvent): void {
  switch (event.type) {
    case 'snapshot':
      taken(event.snapshot);
      break;
    case 'connection':
      connection.value = event.connection;
      if (event.connection.phase === 'live') void open.value?.refresh();
      else open.value?.stale();
      break;
    case 'rows':
      changeRows(event.items, event.gone);
      break;
    case 'message':
    case 'notice':
      inTimeline(event);
      break;
    case 'typing':
      typing.value = new Map(typing.value).set(event.conversationId, event.userIds);
      break;
    case 'presence':
      presences.value = merged(presences.value, event.people, ({ userId }) => userId);
      break;
    case 'people':
      people.value = merged(people.value, event.people, ({ id }) => id);
      break;
    case 'outgoing':
      outgoing.value = event.outgoing;
      break;
    case 'reset':
      open.value?.stale();
      if (connection.value.phase === 'live') void open.value?.refresh();
  }
}

function inTimeline(event: Extract<HostEvent, { type: 'message' | 'notice' }>): void {
  if (event.type === 'notice') {
    if (open.value?.id === event.notice.conversationId) open.value.noticed(event.notice);
    return;
  }
  if (open.value?.id === event.message.conversationId) open.value.received(event.message);
  if (event.isNew) announceMessage(event.message);
}

function taken(snapshot: Snapshot): void {
  if (userId.value !== snapshot.userId) open.value = null;
  userId.value = snapshot.userId;
  connection.value = snapshot.connection;
  rows.value = new Map(snapshot.conversations.map((each) => [each.id, each]));
  people.value = new Map(snapshot.people.map((each) => [each.id, each]));
  presences.value = new Map(snapshot.presence.map((each) => [each.userId, each]));
  outgoing.value = snapshot.outgoing;
  isReady.value = true;
  if (snapshot.connection.phase === 'live') void open.value?.refresh();
}

function changeRows(items: readonly ConversationItem[], gone: readonly string[]): void {
  const next = new Map(rows.value);
  for (const each of items) next.set(each.id, each);
  for (const id of gone) next.delete(id);
  rows.value = next;
}

const merged = <T>(known: ReadonlyMap<string, T>, news: readonly T[], idOf: (each: T) => string): Map<string, T> =>
  new Map([...known, ...news.map((each) => [idOf(each), each] as const)]);
