import { decodeEvent, type ParleyEvent, type RecordedEvent, UndecodableEvent } from '@parley/events';

type Type = ParleyEvent['type'];

/** The fields of each type that say who, when and how much. What is not named here is left out. */
const told: { readonly [T in Type]: readonly string[] } = {
  'ConversationStarted.v1': ['conversationId', 'kind', 'members', 'startedBy'],
  'ConversationRenamed.v1': ['renamedBy'],
  'ConversationDescribed.v1': ['describedBy'],
  'MemberAdded.v1': ['userId', 'role', 'addedBy', 'afterSequence'],
  'MemberJoined.v1': ['userId', 'role', 'inviteId', 'afterSequence'],
  'MemberLeft.v1': ['userId', 'afterSequence'],
  'MemberRemoved.v1': ['userId', 'removedBy', 'afterSequence'],
  'MemberRoleChanged.v1': ['userId', 'role', 'changedBy'],
  'OwnershipTransferred.v1': ['from', 'to'],
  'InviteCreated.v1': ['inviteId', 'createdBy', 'expiresAt', 'maxUses'],
  'InviteRevoked.v1': ['inviteId', 'revokedBy'],
  'MessageSent.v1': ['sequence', 'messageId', 'senderId', 'replyTo', 'mentions', 'forwardedFrom'],
  'MessageEdited.v1': ['sequence', 'mentions', 'unmentioned', 'editedBy'],
  'MessageDeleted.v1': ['sequence', 'unmentioned', 'deletedBy'],
  'ReactionAdded.v1': ['sequence', 'userId'],
  'ReactionRemoved.v1': ['sequence', 'userId'],
  'MessagePinned.v1': ['sequence', 'pinnedBy'],
  'MessageUnpinned.v1': ['sequence', 'unpinnedBy'],
  'WatermarksAdvanced.v1': ['advances'],
  'UserRegistered.v1': ['userId'],
  'ProfileChanged.v1': ['presenceVisibility'],
  'DeviceAdded.v1': ['deviceId'],
  'DeviceRemoved.v1': ['deviceId'],
  'UserBlocked.v1': ['userId'],
  'UserUnblocked.v1': ['userId'],
  'ConversationMuted.v1': ['conversationId', 'until'],
  'ConversationUnmuted.v1': ['conversationId'],
  'ConversationArchived.v1': ['conversationId'],
  'ConversationUnarchived.v1': ['conversationId'],
  'ConversationMarkedUnread.v1': ['conversationId'],
  'ConversationUnreadMarkCleared.v1': ['conversationId'],
};

/**
 * The data of an event without what people said and what things are called, as JSON. A text is told by its length in
 * UTF-8 bytes. Of a type that this build does not know nothing is told.
 */
export function redactedData(recorded: RecordedEvent): string {
  const event = decoded(recorded);
  if (event === null) return '{}';
  const data = event.data as Readonly<Record<string, unknown>>;
  const kept: Record<string, unknown> = {};
  for (const field of told[event.type]) if (data[field] !== undefined) kept[field] = data[field];
  if (event.type === 'MessageSent.v1' || event.type === 'MessageEdited.v1') {
    const { content } = event.data;
    const text = content.type === 'text.v1' ? content.text : content.ciphertext;
    kept['content'] = { type: content.type, bytes: Buffer.byteLength(text) };
  }
  return JSON.stringify(kept);
}

function decoded(recorded: RecordedEvent): ParleyEvent | null {
  try {
    return decodeEvent(recorded).event;
  } catch (error) {
    if (error instanceof UndecodableEvent) return null;
    throw error;
  }
}
