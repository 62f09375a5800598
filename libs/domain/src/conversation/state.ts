import { type ConversationKind, conversationStream, type MemberRole, type SequenceWindow } from '@parley/events';
import type { PersistentMap } from '../persistent-map.js';

/** First in this folder: the stream. Its events are in @parley/events. Then the state, evolve, and the decisions. */
export const conversationStreamName: (conversationId: string) => string = conversationStream;

/**
 * What decisions need to know of a conversation. Grows with the people who were ever in it (and up to 100 pins and the
 * open invites), never with its messages: what a decision asks about one message is looked up and passed in.
 */
export type ConversationState = NotStarted | StartedConversation;

export interface NotStarted {
  readonly phase: 'not-started';
}

export interface StartedConversation {
  readonly phase: 'started';
  readonly conversationId: string;
  readonly kind: ConversationKind;
  readonly title: string | null;
  readonly description: string | null;
  readonly startedBy: string;
  /** By user id: members and former members. */
  readonly people: PersistentMap<Person>;
  /** How many are members now. */
  readonly memberCount: number;
  /** The one owner of a group or channel; null in a direct conversation and when everybody has left. */
  readonly ownerId: string | null;
  /** 0 before the first message. */
  readonly lastSequence: number;
  /** Sequences of the pinned messages, the latest pin last. At most limits.pinsPerConversation. */
  readonly pins: readonly number[];
  /** By invite id: neither revoked nor used up; an expired one stays until the next invite is made. */
  readonly invites: ReadonlyMap<string, Invite>;
}

/**
 * Somebody who is or was a member. The windows of former members are kept, because whoever comes back may see again
 * what they saw before. They are merged where no message lies between and are never cut, as that would take away
 * something seen: a person's windows number at most their comings and goings with talk in between.
 */
export interface Person {
  /** Null for a former member. */
  readonly role: MemberRole | null;
  readonly windows: readonly SequenceWindow[];
}

export interface Invite {
  readonly codeHash: string;
  readonly expiresAt: number | null;
  /** How many may still join by it; null: as many as like. */
  readonly usesLeft: number | null;
}

export const initialConversation: ConversationState = { phase: 'not-started' };

/** A person who is a member now. */
export interface Member extends Person {
  readonly role: MemberRole;
}

export function memberOf(state: ConversationState, userId: string): Member | null {
  if (state.phase === 'not-started') return null;
  const person = state.people.get(userId);
  return person === undefined || person.role === null ? null : (person as Member);
}

/** The ids of all who are members now, in the order in which they first came. */
export function* memberIds(state: ConversationState): Iterable<string> {
  if (state.phase === 'not-started') return;
  for (const [userId, person] of state.people) if (person.role !== null) yield userId;
}
