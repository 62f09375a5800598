import type { Refusal, SizeRefusal, TextField } from './refusals.js';
import { utf8Length } from './utf8.js';

/** What a decision answers. No events: there is nothing to do, it is so already. */
export type Decision<E> = Accepted<E> | Refused;

export interface Accepted<E> {
  readonly ok: true;
  readonly events: readonly E[];
}

export interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
}

export const accept = <E>(...events: readonly E[]): Accepted<E> => ({ ok: true, events });

export const nothingToDo: Accepted<never> = { ok: true, events: [] };

export const refuse = (refusal: Refusal): Refused => ({ ok: false, refusal });

/** Everything that one kind of stream is, beside its decisions. */
export interface StreamDefinition<State, Event> {
  /** Name of the stream of one conversation or user. */
  readonly streamName: (id: string) => string;
  /** The state before the first event. */
  readonly initial: State;
  /** Pure: the state after the event. Never changes the state it is given. */
  readonly evolve: (state: State, event: Event) => State;
  /** Rises whenever the shape of snapshots or the meaning of evolve changes: older snapshots are then not read. */
  readonly snapshotVersion: number;
  /** Plain JSON. */
  readonly toSnapshot: (state: State) => unknown;
  /** Of a value that toSnapshot made with the same snapshotVersion. */
  readonly fromSnapshot: (snapshot: unknown) => State;
}

/** Null when the text fits, otherwise the refusal that tells limits and actual size, in UTF-8 bytes. */
export function checkBytes(field: TextField, text: string, minBytes: 0 | 1, maxBytes: number): Refused | null {
  const actualBytes = utf8Length(text);
  if (actualBytes >= minBytes && actualBytes <= maxBytes) return null;
  const code = actualBytes < minBytes ? 'invalid_text' : tooLongCodes[field];
  return refuse({ code, details: { field, minBytes, maxBytes, actualBytes } });
}

const tooLongCodes: Readonly<Record<TextField, SizeRefusal['code']>> = {
  text: 'content_too_large',
  ciphertext: 'content_too_large',
  title: 'title_too_long',
  description: 'description_too_long',
  scheme: 'invalid_text',
  clientMessageId: 'invalid_text',
  emoji: 'invalid_text',
  username: 'invalid_text',
  displayName: 'invalid_text',
  about: 'invalid_text',
  deviceName: 'invalid_text',
};
