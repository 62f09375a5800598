import type { ParleyEvent } from './parley-event.js';

/** Every type that this build writes. The record makes the compiler complain when a new event is left out. */
const known: Record<ParleyEvent['type'], true> = {
  'ConversationStarted.v1': true,
  'ConversationRenamed.v1': true,
  'ConversationDescribed.v1': true,
  'MemberAdded.v1': true,
  'MemberJoined.v1': true,
  'MemberLeft.v1': true,
  'MemberRemoved.v1': true,
  'MemberRoleChanged.v1': true,
  'OwnershipTransferred.v1': true,
  'InviteCreated.v1': true,
  'InviteRevoked.v1': true,
  'MessageSent.v1': true,
  'MessageEdited.v1': true,
  'MessageDeleted.v1': true,
  'ReactionAdded.v1': true,
  'ReactionRemoved.v1': true,
  'MessagePinned.v1': true,
  'MessageUnpinned.v1': true,
  'WatermarksAdvanced.v1': true,
  'UserRegistered.v1': true,
  'ProfileChanged.v1': true,
  'DeviceAdded.v1': true,
  'DeviceRemoved.v1': true,
  'UserBlocked.v1': true,
  'UserUnblocked.v1': true,
  'ConversationMuted.v1': true,
  'ConversationUnmuted.v1': true,
  'ConversationArchived.v1': true,
  'ConversationUnarchived.v1': true,
  'ConversationMarkedUnread.v1': true,
  'ConversationUnreadMarkCleared.v1': true,
};

export const currentTypes: ReadonlySet<string> = new Set(Object.keys(known));

/** One step from an old stored type to the next newer one. Steps are applied until the type is a current one. */
export interface Upcaster {
  readonly from: string;
  readonly to: string;
  readonly upcast: (data: unknown) => unknown;
}

/** All old versions that were ever written. Never remove one: logs are kept for ever. */
export const upcasters: readonly Upcaster[] = [];

/** The newest form of an old event, or null when the type is not known at all. */
export function upcast(
  type: string,
  data: unknown,
  steps: readonly Upcaster[] = upcasters,
): { type: string; data: unknown } | null {
  let current = { type, data };
  for (let step = next(current.type, steps); step !== undefined; step = next(current.type, steps)) {
    current = { type: step.to, data: step.upcast(current.data) };
  }
  return currentTypes.has(current.type) ? current : null;
}

const next = (type: string, steps: readonly Upcaster[]): Upcaster | undefined => steps.find((s) => s.from === type);
