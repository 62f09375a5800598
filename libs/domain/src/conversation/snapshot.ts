import type { ConversationKind, MemberRole, SequenceWindow } from '@parley/events';
import { PersistentMap } from '../persistent-map.js';
import { type ConversationState, initialConversation, type Invite, type Person } from './state.js';

/** Raise it with every change of ConversationSnapshot or of what evolve does: older snapshots are then not read. */
export const conversationSnapshotVersion = 1;

/** The state as plain JSON, short because a channel has up to a hundred thousand people. */
export interface ConversationSnapshot {
  readonly conversationId: string;
  readonly kind: ConversationKind;
  readonly title: string | null;
  readonly description: string | null;
  readonly startedBy: string;
  readonly ownerId: string | null;
  readonly lastSequence: number;
  readonly pins: readonly number[];
  readonly invites: readonly (readonly [inviteId: string, invite: Invite])[];
  /** The windows as after, until, after, until, … with null for the end of an open one. */
  readonly people: readonly (readonly [userId: string, role: MemberRole | null, windows: readonly (number | null)[]])[];
}

/** Null for a conversation that is not started. */
export function conversationToSnapshot(state: ConversationState): ConversationSnapshot | null {
  if (state.phase === 'not-started') return null;
  return {
    conversationId: state.conversationId,
    kind: state.kind,
    title: state.title,
    description: state.description,
    startedBy: state.startedBy,
    ownerId: state.ownerId,
    lastSequence: state.lastSequence,
    pins: state.pins,
    invites: [...state.invites],
    people: Array.from(state.people, ([userId, person]) => [userId, person.role, flatten(person.windows)] as const),
  };
}

/** `snapshot`: made by conversationToSnapshot with this conversationSnapshotVersion. */
export function conversationFromSnapshot(snapshot: unknown): ConversationState {
  if (snapshot === null) return initialConversation;
  const from = snapshot as ConversationSnapshot;
  return {
    phase: 'started',
    conversationId: from.conversationId,
    kind: from.kind,
    title: from.title,
    description: from.description,
    startedBy: from.startedBy,
    ownerId: from.ownerId,
    lastSequence: from.lastSequence,
    pins: from.pins,
    invites: new Map(from.invites),
    memberCount: from.people.reduce((count, [, role]) => count + (role === null ? 0 : 1), 0),
    people: PersistentMap.from(
      from.people.map(([userId, role, windows]): [string, Person] => [userId, { role, windows: unflatten(windows) }]),
    ),
  };
}

const flatten = (windows: readonly SequenceWindow[]): (number | null)[] =>
  windows.flatMap((window) => [window.afterSequence, window.untilSequence]);

function unflatten(edges: readonly (number | null)[]): SequenceWindow[] {
  const windows: SequenceWindow[] = [];
  for (let i = 0; i < edges.length; i += 2) {
    windows.push({ afterSequence: edges[i] ?? 0, untilSequence: edges[i + 1] ?? null });
  }
  return windows;
}
