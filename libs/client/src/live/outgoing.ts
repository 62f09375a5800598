import type { MessageView } from '@parley/protocol';

/** What is to be sent: content of one's own, or a message to be forwarded. */
export interface Outgoing {
  readonly conversationId: string;
  /** Names the message for ever: whatever happens, it is sent once. */
  readonly clientMessageId: string;
  readonly content?: MessageView['content'];
  readonly from?: { readonly conversationId: string; readonly sequence: number };
  readonly replyTo?: number;
  readonly mentions?: readonly string[];
}

/** A message that waits, or that was refused and waits for its writer to decide. */
export interface OutgoingMessage extends Outgoing {
  /** Milliseconds since 1970, for display. */
  readonly queuedAt: number;
  readonly status: 'pending' | 'failed';
  /** Why it failed. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** The message is durable and has its place. */
export interface Accepted {
  readonly conversationId: string;
  readonly clientMessageId: string;
  readonly messageId: string;
  readonly sequence: number;
  /** RFC 3339. */
  readonly time: string;
  readonly position: string;
  /** It had been accepted before: an answer was lost on the way. */
  readonly repeated: boolean;
}
