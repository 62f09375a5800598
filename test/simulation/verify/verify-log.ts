import type { MessageSent, ParleyEvent, RecordedEvent } from '@parley/events';
import type { Witness } from '../world/witness.js';
import { decodedOf } from './decoded.js';

interface Conversation {
  readonly sent: Set<string>;
  readonly members: Set<string>;
  readonly marks: Map<string, { delivered: number; read: number }>;
  lastSequence: number;
}

/** The log by itself: all of it decodes, numbered without gaps, each message once, only members act, watermarks only rise. */
export function verifyLog(events: readonly RecordedEvent[], witness: Witness): void {
  const revisions = new Map<string, number>();
  const conversations = new Map<string, Conversation>();
  const said = new Set<string>();
  const ids = new Set<string>();
  let position = 0;
  for (const recorded of events) {
    const { stream, revision, eventId } = recorded;
    const place = `${stream}@${revision}`;
    if (recorded.position <= position) witness.found('positions rise', place);
    position = recorded.position;
    if (revision !== (revisions.get(stream) ?? -1) + 1) witness.found('revisions without gaps', place);
    revisions.set(stream, revision);
    if (ids.has(eventId)) witness.found('each event once', `${place} ${eventId}`);
    ids.add(eventId);
    const id = stream.slice(stream.indexOf('-') + 1);
    let conversation = conversations.get(id);
    if (conversation === undefined) {
      conversation = { sent: new Set(), members: new Set(), marks: new Map(), lastSequence: 0 };
      conversations.set(id, conversation);
    }
    const event = decodedOf(recorded);
    if (event === null) witness.found('every event decodes', `${place} ${recorded.type} ${recorded.data}`);
    else verifyEvent(event, conversation, said, (check) => witness.found(check, place));
  }
}

function verifyEvent(
  event: ParleyEvent,
  conversation: Conversation,
  said: Set<string>,
  wrong: (check: string) => void,
): void {
  const { members, marks } = conversation;
  if (event.type === 'ConversationStarted.v1') for (const { userId } of event.data.members) members.add(userId);
  else if (event.type === 'MemberAdded.v1') members.add(event.data.userId);
  else if (event.type === 'MemberLeft.v1' || event.type === 'MemberRemoved.v1') members.delete(event.data.userId);
  else if (event.type === 'MessageSent.v1') verifyMessage(event, conversation, said, wrong);
  else if (event.type === 'WatermarksAdvanced.v1') {
    for (const { userId, deviceId, delivered = 0, read = 0 } of event.data.advances) {
      const key = `${userId} ${deviceId}`;
      const before = marks.get(key) ?? { delivered: 0, read: 0 };
      if (delivered !== 0 && delivered < before.delivered) wrong('watermarks rise');
      if (read !== 0 && read < before.read) wrong('watermarks rise');
      if (Math.max(delivered, read) > conversation.lastSequence) wrong('watermarks within what was said');
      marks.set(key, {
        delivered: Math.max(delivered, read, before.delivered),
        read: Math.max(read, before.read),
      });
    }
  }
}

function verifyMessage(
  { data: { sequence, senderId, clientMessageId, content } }: MessageSent,
  conversation: Conversation,
  said: Set<string>,
  wrong: (check: string) => void,
): void {
  const { members, sent } = conversation;
  if (sequence !== conversation.lastSequence + 1) wrong('sequences without gaps');
  conversation.lastSequence = sequence;
  if (!members.has(senderId)) wrong('only members send');
  const name = `${senderId} ${clientMessageId}`;
  const text = content.type === 'text.v1' ? content.text : '';
  if (sent.has(name) || said.has(text)) wrong('each message once');
  sent.add(name);
  said.add(text);
}
