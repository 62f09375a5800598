import type { Change, InboxEntry, MessageView } from '@parley/protocol';

export const me = 'usr_me00';
export const other = 'usr_other';
export const room = 'cnv_room';
const time = '2026-01-01T00:00:00.000Z';

export const message = (sequence: number, parts: Partial<MessageView> = {}): MessageView => ({
  id: `msg_${sequence}`,
  conversationId: room,
  sequence,
  senderId: other,
  clientMessageId: `c-${sequence}`,
  time,
  content: { type: 'text.v1', text: `text ${sequence}` },
  ...parts,
});

/** The message as a change at this position. */
export const said = (sequence: number, position: number, parts: Partial<MessageView> = {}): Change => ({
  kind: 'message',
  position: String(position),
  message: message(sequence, parts),
});

export interface EntryParts {
  readonly lastSequence?: number;
  readonly afterSequence?: number;
  readonly unread?: number;
  readonly read?: number;
  readonly mentions?: number;
  readonly lastMessage?: MessageView | null;
}

export const entry = (parts: EntryParts = {}): InboxEntry => {
  const { lastSequence = 0, afterSequence = 0, unread = 0, read = 0, mentions = 0, lastMessage = null } = parts;
  return {
    conversation: {
      id: room,
      kind: 'group',
      title: 'Room',
      description: null,
      memberCount: 2,
      lastSequence,
      pins: [],
      startedAt: time,
    },
    role: 'member',
    afterSequence,
    lastMessage,
    readState: { conversationId: room, read, unread, mentions, lastSequence },
    settings: { conversationId: room, muted: false, mutedUntil: null, archived: false, markedUnread: false },
    receipts: { conversationId: room, memberCount: 2, delivered: [], read: [] },
  };
};

export const joined = (position: number, parts: EntryParts = {}): Change => ({
  kind: 'joined',
  position: String(position),
  entry: entry(parts),
});

export const departed = (position: number): Change => ({
  kind: 'departed',
  position: String(position),
  departed: { conversationId: room, state: 'removed' },
});
