import type { DecodedEvent, ParleyEvent } from '@parley/events';
import { idOfStream, nothing } from './projection-kit.js';

/** Where an event stands: `id` is that of its stream, a conversation or a person. */
export interface EventPlace {
  readonly id: string;
  readonly position: number;
  readonly revision: number;
  /** Milliseconds since 1970 UTC. */
  readonly time: number;
}

type EventType = ParleyEvent['type'];
type DataOf<Type extends EventType> = Extract<ParleyEvent, { readonly type: Type }>['data'];
type Rule<Data, Result> = (data: Data, place: EventPlace) => Result;

/** What is made of each type of event. Every type must be named: the compiler finds the projection that forgot one. */
export type Rules<Result> = { readonly [Type in EventType]: Rule<DataOf<Type>, Result> };

const ignore = (): readonly never[] => nothing;

/** Rules for types that leave nothing in a projection. */
export const ignoring = <Type extends EventType>(...types: Type[]): Readonly<Record<Type, typeof ignore>> =>
  Object.fromEntries(types.map((type) => [type, ignore])) as Record<Type, typeof ignore>;

/** The evolve of a projection: looks up the rule of an event's type. Pure. */
export const evolveBy =
  <Operation>(rules: Rules<readonly Operation[]>) =>
  ({ event, recorded }: DecodedEvent<ParleyEvent>): readonly Operation[] => {
    const rule = rules[event.type] as Rule<unknown, readonly Operation[]>;
    if (rule === ignore) return nothing;
    return rule(event.data, placeOf(recorded));
  };

const placeOf = ({ stream, position, revision, time }: DecodedEvent<ParleyEvent>['recorded']): EventPlace => ({
  id: idOfStream(stream),
  position,
  revision,
  time,
});

/** Types of the stream of a person that no timeline shows. */
export const personalTypes = [
  'UserRegistered.v1',
  'ProfileChanged.v1',
  'DeviceAdded.v1',
  'DeviceRemoved.v1',
  'UserBlocked.v1',
  'UserUnblocked.v1',
] as const;

export const settingTypes = [
  'ConversationMuted.v1',
  'ConversationUnmuted.v1',
  'ConversationArchived.v1',
  'ConversationUnarchived.v1',
  'ConversationMarkedUnread.v1',
  'ConversationUnreadMarkCleared.v1',
] as const;

/** Changes of a message that was sent before. */
export const messageChangeTypes = [
  'MessageEdited.v1',
  'MessageDeleted.v1',
  'ReactionAdded.v1',
  'ReactionRemoved.v1',
  'MessagePinned.v1',
  'MessageUnpinned.v1',
] as const;
