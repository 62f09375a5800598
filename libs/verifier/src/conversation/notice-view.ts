import type { StreamEvent } from '../log/read-stream.js';

/** The view of a notice (`noticeView` of the protocol) that an event leaves in the timeline; null: it leaves none. */
export function noticeView(
  conversationId: string,
  afterSequence: number,
  { event, recorded: { position, time } }: StreamEvent,
): Record<string, unknown> | null {
  const told = toldBy(event);
  if (told === null) return null;
  return { conversationId, position: String(position), afterSequence, time: new Date(time).toISOString(), ...told };
}

export const leavesNotice = (event: StreamEvent['event']): boolean => toldBy(event) !== null;

function toldBy({ type, data }: StreamEvent['event']): Record<string, unknown> | null {
  if (type === 'ConversationStarted.v1')
    return { type: 'started', actorId: data.startedBy, title: data.title ?? undefined };
  if (type === 'ConversationRenamed.v1') return { type: 'renamed', actorId: data.renamedBy, title: data.title };
  if (type === 'ConversationDescribed.v1') return { type: 'described', actorId: data.describedBy };
  if (type === 'MemberAdded.v1') return { type: 'added', actorId: data.addedBy, userId: data.userId, role: data.role };
  if (type === 'MemberJoined.v1') return { type: 'joined', actorId: data.userId, userId: data.userId, role: data.role };
  if (type === 'MemberLeft.v1') return { type: 'left', actorId: data.userId, userId: data.userId };
  if (type === 'MemberRemoved.v1') return { type: 'removed', actorId: data.removedBy, userId: data.userId };
  if (type === 'MemberRoleChanged.v1')
    return { type: 'role_changed', actorId: data.changedBy, userId: data.userId, role: data.role };
  if (type === 'OwnershipTransferred.v1')
    return { type: 'ownership_transferred', actorId: data.from, userId: data.to, role: 'owner' };
  return null;
}
