import type { Command } from '@parley/ports';
import type { ClientFrame } from '@parley/protocol';

/** Frames that ask the write side for something. */
export type CommandFrame = Exclude<
  ClientFrame,
  { type: 'hello' | 'ping' | 'typing' | 'presence_subscribe' | 'presence' | 'sync' | 'history' }
>;

export function commandOf(frame: CommandFrame): Command {
  const { conversationId } = frame;
  switch (frame.type) {
    case 'send':
      return {
        type: 'send-message',
        conversationId,
        clientMessageId: frame.clientMessageId,
        content: frame.content,
        ...(frame.replyTo === undefined ? {} : { replyTo: frame.replyTo }),
        ...(frame.mentions === undefined ? {} : { mentions: frame.mentions }),
      };
    case 'forward': {
      const { clientMessageId, from } = frame;
      return { type: 'forward-message', conversationId, clientMessageId, from };
    }
    case 'edit': {
      const { sequence, content, mentions } = frame;
      return {
        type: 'edit-message',
        conversationId,
        sequence,
        content,
        ...(mentions === undefined ? {} : { mentions }),
      };
    }
    case 'delete':
      return { type: 'delete-message', conversationId, sequence: frame.sequence };
    case 'react':
      return { type: 'react', conversationId, sequence: frame.sequence, emoji: frame.emoji };
    case 'unreact':
      return { type: 'unreact', conversationId, sequence: frame.sequence, emoji: frame.emoji };
    case 'pin':
      return { type: 'pin-message', conversationId, sequence: frame.sequence };
    case 'unpin':
      return { type: 'unpin-message', conversationId, sequence: frame.sequence };
    case 'delivered':
      return { type: 'advance-watermark', conversationId, delivered: frame.upTo };
    case 'read':
      return { type: 'advance-watermark', conversationId, read: frame.upTo };
    case 'mark_unread':
      return { type: 'mark-unread', conversationId, marked: frame.marked };
    default:
      return frame satisfies never;
  }
}
